package permissions

import (
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// writeTerraform writes HCL as terraform fmt would.
func writeTerraform(w io.Writer, s Sheet) error {
	p := &printer{w: w}
	p.line("# %s", s.about())
	for n, policy := range s.Policies {
		name := s.name(n)
		block := strings.ReplaceAll(name, "-", "_")
		p.line("")
		p.line("data \"aws_iam_policy_document\" %s {", quoted(block))
		for i, statement := range policy.Statement {
			if i > 0 {
				p.line("")
			}
			p.terraform(statement)
		}
		p.line("}")
		p.line("")
		p.line("resource \"aws_iam_policy\" %s {", quoted(block))
		p.line("  name        = %s", quoted(name))
		p.line("  description = %s", quoted(described(s.about())))
		p.line("  policy      = data.aws_iam_policy_document.%s.json", block)
		p.line("}")
	}
	return p.err
}

func (p *printer) terraform(s Statement) {
	p.comments("  ", s)
	p.line("  statement {")
	p.line("    sid = %s", quoted(s.Sid))
	p.hclList("    ", "actions", s.Action)
	p.hclList("    ", "resources", s.Resource)
	for _, operator := range slices.Sorted(maps.Keys(s.Condition)) {
		for _, key := range slices.Sorted(maps.Keys(s.Condition[operator])) {
			p.line("")
			p.line("    condition {")
			p.line("      test     = %s", quoted(operator))
			p.line("      variable = %s", quoted(key))
			p.hclList("      ", "values", s.Condition[operator][key])
			p.line("    }")
		}
	}
	p.line("  }")
}

func (p *printer) hclList(indent, name string, values []string) {
	p.line("")
	p.line("%s%s = [", indent, name)
	for _, value := range values {
		p.line("%s  %s,", indent, quoted(value))
	}
	p.line("%s]", indent)
}

// quoted writes an HCL string, with nothing in it that HCL would take for a template.
func quoted(text string) string {
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(strconv.Quote(text))
}

// described leaves only what IAM takes in the description of a policy, and 1,000 characters of it.
func described(text string) string {
	clean := []rune(strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' {
			return '\''
		}
		return r
	}, text))
	return string(clean[:min(len(clean), 1000)])
}
