package permissions

import (
	"io"
	"maps"
	"slices"
)

// writeCloudFormation writes a template. It names no policies: then CAPABILITY_IAM is enough to deploy it.
func writeCloudFormation(w io.Writer, s Sheet) error {
	p := &printer{w: w}
	p.line("AWSTemplateFormatVersion: \"2010-09-09\"")
	p.line("Description: %s", yamlText(described(s.about())))
	p.line("Resources:")
	for n, policy := range s.Policies {
		p.line("  %s:", camel(s.name(n)))
		p.line("    Type: AWS::IAM::ManagedPolicy")
		p.line("    Properties:")
		p.line("      Description: %s", yamlText(described(s.about())))
		p.line("      PolicyDocument:")
		p.line("        Version: %s", yamlText(policy.Version))
		p.line("        Statement:")
		for _, statement := range policy.Statement {
			p.cloudFormation(statement)
		}
	}
	p.line("Outputs:")
	for n := range s.Policies {
		name := camel(s.name(n))
		p.line("  %sArn:", name)
		p.line("    Value: !Ref %s", name)
	}
	return p.err
}

func (p *printer) cloudFormation(s Statement) {
	const indent = "          "
	p.comments(indent, s)
	p.line("%s- Sid: %s", indent, s.Sid)
	p.line("%s  Effect: %s", indent, s.Effect)
	p.yamlList(indent+"  ", "Action", s.Action)
	p.yamlList(indent+"  ", "Resource", s.Resource)
	if len(s.Condition) == 0 {
		return
	}
	p.line("%s  Condition:", indent)
	for _, operator := range slices.Sorted(maps.Keys(s.Condition)) {
		p.line("%s    %s:", indent, operator)
		for _, key := range slices.Sorted(maps.Keys(s.Condition[operator])) {
			p.yamlList(indent+"      ", yamlText(key), s.Condition[operator][key])
		}
	}
}

func (p *printer) yamlList(indent, name string, values []string) {
	p.line("%s%s:", indent, name)
	for _, value := range values {
		p.line("%s  - %s", indent, yamlText(value))
	}
}

// yamlText writes a string as JSON does, which YAML takes as well.
func yamlText(text string) string {
	quoted, err := marshal(text)
	if err != nil {
		return "\"\"" // a string cannot fail
	}
	return string(quoted)
}
