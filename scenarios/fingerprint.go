package scenarios

import (
	"crypto/sha256"
	"encoding/hex"

	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// fingerprint returns a hash of the values of all variables. It tells whether two readings of a scenario used the same
// values, sensitive ones included, without telling the values.
func (l *loader) fingerprint() string {
	hash := sha256.New()
	for _, name := range sortedNames(l.variables) {
		value, _ := l.scope.variables[name].UnmarkDeep()
		if !value.IsWhollyKnown() {
			continue
		}
		text, err := ctyjson.Marshal(value, value.Type())
		if err != nil {
			continue
		}
		_, _ = hash.Write([]byte(name + "\x00" + string(text) + "\x00"))
	}
	return hex.EncodeToString(hash.Sum(nil))
}
