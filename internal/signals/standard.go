package signals

import (
	"encoding/json"
	"fmt"
)

// Standard returns the table of the kinds of sources that gameday can watch.
func Standard() Catalog {
	return Catalog{
		alarmKind(),
		groupKind(),
		instanceKind(),
		queueKind(),
		messageKind(),
		executionKind(),
	}
}

// decode restores a payload of type T.
func decode[T any](text json.RawMessage) (any, error) {
	var value T
	if err := json.Unmarshal(text, &value); err != nil {
		return nil, fmt.Errorf("read a %T from the journal: %w", value, err)
	}
	return value, nil
}
