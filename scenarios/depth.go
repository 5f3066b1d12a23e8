package scenarios

import (
	"bytes"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// HCL's parser and evaluator recurse without a limit of their own, and a stack that overflows cannot be recovered from.
// So what nests deeper than anybody writes is refused before it is parsed.
const (
	deepest       = 200    // brackets within brackets
	mostOperators = 20_000 // in one file: a chain of them nests, too
)

// tooDeep says where a text nests too deep.
func tooDeep(path string, text []byte) *hcl.Diagnostic {
	if plainlyShallow(text) {
		return nil
	}
	if strings.HasSuffix(path, ".json") {
		return tooDeepRaw(path, text)
	}
	tokens, _ := hclsyntax.LexConfig(text, path, hcl.InitialPos)
	depth, operators := 0, 0
	for _, token := range tokens {
		depth += nesting(token.Type)
		if isOperator(token.Type) {
			operators++
		}
		if depth > deepest || operators > mostOperators {
			return deep(token.Range)
		}
	}
	return nil
}

func deep(at hcl.Range) *hcl.Diagnostic {
	return invalid(at, "Nested too deep", "Brackets may nest %d deep, and a file may hold %d operators. No scenario needs more.",
		deepest, mostOperators)
}

// plainlyShallow saves reading most files twice.
func plainlyShallow(text []byte) bool {
	opening, operators := 0, 0
	for _, b := range text {
		switch {
		case opens(b):
			opening++
		case bytes.IndexByte([]byte("!-+*/%?&|<>="), b) >= 0:
			operators++
		}
	}
	return opening <= deepest && operators <= mostOperators
}

// tooDeepRaw counts brackets in strings, too: in JSON, strings are templates.
func tooDeepRaw(path string, text []byte) *hcl.Diagnostic {
	depth, operators := 0, 0
	for at, b := range text {
		switch {
		case opens(b):
			depth++
		case b == ')' || b == ']' || b == '}':
			depth--
		case bytes.IndexByte([]byte("!-+*/%?&|<>="), b) >= 0:
			operators++
		}
		if depth > deepest || operators > mostOperators {
			return deep(position(path, text, at))
		}
	}
	return nil
}

func opens(b byte) bool { return b == '(' || b == '[' || b == '{' }

func nesting(t hclsyntax.TokenType) int {
	switch t {
	case hclsyntax.TokenOParen, hclsyntax.TokenOBrack, hclsyntax.TokenOBrace, hclsyntax.TokenTemplateInterp,
		hclsyntax.TokenTemplateControl:
		return 1
	case hclsyntax.TokenCParen, hclsyntax.TokenCBrack, hclsyntax.TokenCBrace, hclsyntax.TokenTemplateSeqEnd:
		return -1
	}
	return 0
}

func isOperator(t hclsyntax.TokenType) bool {
	switch t {
	case hclsyntax.TokenBang, hclsyntax.TokenMinus, hclsyntax.TokenPlus, hclsyntax.TokenStar, hclsyntax.TokenSlash,
		hclsyntax.TokenPercent, hclsyntax.TokenQuestion, hclsyntax.TokenAnd, hclsyntax.TokenOr, hclsyntax.TokenEqualOp,
		hclsyntax.TokenNotEqual, hclsyntax.TokenLessThan, hclsyntax.TokenLessThanEq, hclsyntax.TokenGreaterThan,
		hclsyntax.TokenGreaterThanEq:
		return true
	}
	return false
}
