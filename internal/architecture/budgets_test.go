package architecture

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	longestFile     = 400
	longestFunction = 60
	widestInterface = 4
)

type sourceFile struct {
	path string
	text string
	set  *token.FileSet
	tree *ast.File
}

// sources are all files of the project that were written by people and are no tests.
func sources(t *testing.T) []sourceFile {
	t.Helper()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	var files []sourceFile
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "testdata" || strings.HasPrefix(entry.Name(), ".")) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, path, text, parser.ParseComments)
		if err != nil {
			return err
		}
		relative, _ := filepath.Rel(root, path)
		if !ast.IsGenerated(tree) {
			files = append(files, sourceFile{relative, string(text), set, tree})
		}
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}

func (f sourceFile) lines(n ast.Node) int {
	return f.set.Position(n.End()).Line - f.set.Position(n.Pos()).Line + 1
}

func (f sourceFile) at(n ast.Node) string {
	position := f.set.Position(n.Pos())
	position.Filename = f.path
	return position.String()
}

func TestBudgets(t *testing.T) {
	for _, f := range sources(t) {
		assert.LessOrEqual(t, strings.Count(f.text, "\n"), longestFile, "%s is too long", f.path)
		ast.Inspect(f.tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				assert.LessOrEqual(t, f.lines(n), longestFunction, "%s: %s is too long", f.at(n), n.Name.Name)
				assert.False(t, n.Recv == nil && n.Name.Name == "init", "%s: no init functions", f.at(n))
			case *ast.InterfaceType:
				assert.LessOrEqual(t, n.Methods.NumFields(), widestInterface, "%s: the interface is too wide", f.at(n))
			}
			return true
		})
	}
}

func TestEveryExportedNameIsDocumented(t *testing.T) {
	for _, f := range sources(t) {
		for _, declaration := range f.tree.Decls {
			switch d := declaration.(type) {
			case *ast.FuncDecl:
				assert.True(t, !d.Name.IsExported() || hidden(d) || d.Doc != nil, "%s: %s has no comment", f.at(d), d.Name.Name)
			case *ast.GenDecl:
				checkSpecs(t, f, d)
			}
		}
	}
}

// hidden says whether a method belongs to a type that nobody else can name.
func hidden(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return false
	}
	receiver := d.Recv.List[0].Type
	if star, ok := receiver.(*ast.StarExpr); ok {
		receiver = star.X
	}
	name, ok := receiver.(*ast.Ident)
	return ok && !name.IsExported()
}

func checkSpecs(t *testing.T, f sourceFile, d *ast.GenDecl) {
	t.Helper()
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			assert.True(t, !s.Name.IsExported() || d.Doc != nil && !d.Lparen.IsValid() || s.Doc != nil || s.Comment != nil,
				"%s: %s has no comment", f.at(s), s.Name.Name)
		case *ast.ValueSpec:
			assert.True(t, !s.Names[0].IsExported() || d.Doc != nil || s.Doc != nil || s.Comment != nil,
				"%s: %s has no comment", f.at(s), s.Names[0].Name)
			assert.True(t, d.Tok != token.VAR || immutable(s), "%s: %s is package-level state", f.at(s), s.Names[0].Name)
		}
	}
}

// immutable says whether a package-level variable is one of the kinds that nobody assigns to: errors, patterns, embedded
// files, and interface assertions.
func immutable(s *ast.ValueSpec) bool {
	if s.Names[0].Name == "_" || s.Names[0].Name == "version" { // the linker sets the version
		return true
	}
	if len(s.Values) == 0 {
		selector, ok := s.Type.(*ast.SelectorExpr)
		return ok && selector.Sel.Name == "FS"
	}
	call, ok := s.Values[0].(*ast.CallExpr)
	if !ok {
		return false
	}
	selector, ok := call.Fun.(*ast.SelectorExpr)
	return ok && (selector.Sel.Name == "New" || selector.Sel.Name == "MustCompile")
}
