package scenarios

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"gameday/internal/sandbox"
)

// reviewed is what a scenario keeps of its text, to be compared with other files.
type reviewed struct {
	files  texts
	header hcl.Range      // of the scenario block
	aws    *hcl.Block     // nil: there is none
	place  hcl.Attributes // of the aws block
	bodies []*kindBody    // of faults and claims
}

// Account is a sandbox, and the path of the file that describes it.
type Account struct {
	Path string
	sandbox.Spec
}

// Review returns warnings of what keeps a sound scenario from being rehearsed or run: that it names no accounts, and that
// the sandbox is another account, or lacks what the scenario names. nil for the account: there is no sandbox. The error
// is nil or a *Diagnostics.
func (s *Scenario) Review(account *Account) error {
	found := &findings{}
	s.reviewAccounts(found)
	if account != nil {
		s.reviewPlace(account, found)
		s.reviewNames(account, found)
	}
	_, warnings := found.report(s.reviewed.files)
	return warnings
}

// Missing returns what Review says of things that the sandbox lacks.
func (s *Scenario) Missing(account *Account) error {
	found := &findings{}
	s.reviewNames(account, found)
	_, warnings := found.report(s.reviewed.files)
	return warnings
}

func (s *Scenario) reviewAccounts(found *findings) {
	if len(s.Experiment.Place.Accounts) > 0 {
		return
	}
	const refused = "gameday rehearse works without it; gameday run will refuse. Add %s: every other account is refused."
	const add = "accounts = [\"111122223333\"]"
	a, there := s.reviewed.place["accounts"]
	switch {
	case there:
		found.add(warning(invalid(a.Range, "No accounts", "aws.accounts is empty. "+refused, add)))
	case s.reviewed.aws != nil:
		found.add(warning(invalid(s.reviewed.aws.DefRange, "No accounts", "aws.accounts is missing. "+refused, add)))
	default:
		found.add(warning(invalid(s.reviewed.header, "No accounts", "There is no aws block. "+refused, "aws { "+add+" }")))
	}
}

// reviewPlace compares the aws block with the sandbox block.
func (s *Scenario) reviewPlace(account *Account, found *findings) {
	place := s.Experiment.Place
	if a, there := s.reviewed.place["accounts"]; there && len(place.Accounts) > 0 && !slices.Contains(place.Accounts, account.Account) {
		found.add(warning(invalid(a.Expr.Range(), "Another account",
			"The sandbox %s is account %s, which is not listed here: a rehearsal will be refused.", account.Path, account.Account)))
	}
	if a, there := s.reviewed.place["region"]; there && place.Region != "" && place.Region != account.Region {
		found.add(warning(invalid(a.Expr.Range(), "Another region", "The sandbox %s is in %s.", account.Path, account.Region)))
	}
}

// reviewNames looks up in the sandbox what faults and claims name. What is known only in a run is left out, as are
// sensitive values, and each thing is told once.
func (s *Scenario) reviewNames(account *Account, found *findings) {
	told := map[string]bool{}
	for _, body := range s.reviewed.bodies {
		values, diags := body.evaluate(body.scope.early)
		if diags.HasErrors() {
			continue
		}
		for _, a := range body.attributes {
			value, there := values[a.Name]
			i := slices.IndexFunc(namings(), func(n naming) bool { return n.attribute == a.Name })
			if !there || i < 0 || value.ContainsMarked() || !value.IsKnown() || value.Type() != cty.String {
				continue
			}
			text := value.AsString()
			if d := namings()[i].lookUp(a.Expr.Range(), text, account); d != nil && !told[a.Name+text] {
				told[a.Name+text] = true
				found.add(warning(d))
			}
		}
	}
}

// naming is an attribute that names a thing of the account, and the block of a sandbox file that makes such a thing.
type naming struct {
	attribute, block string
	read             func(value string) (named, bool)
	names            func(sandbox.Spec) []string
	body             string // how the smallest such block goes on; empty: it takes more than a line
}

// named is the name of a thing, and where the value says that it is; what it does not say is empty.
type named struct{ name, account, region string }

func namings() []naming {
	plain := func(value string) (named, bool) { return named{name: value}, !strings.Contains(value, ":") }
	return []naming{
		{"alarm_name", "cloudwatch_alarm", plain, func(s sandbox.Spec) []string {
			return namesOf(s.Alarms, func(a sandbox.AlarmSpec) string { return a.Name })
		}, ""},
		{"group_name", "autoscaling_group", plain, func(s sandbox.Spec) []string {
			return namesOf(s.Groups, func(g sandbox.GroupSpec) string { return g.Name })
		}, " { desired = 2 }"},
		{"document_name", "ssm_automation", plain, func(s sandbox.Spec) []string {
			return namesOf(s.Automations, func(a sandbox.AutomationSpec) string { return a.Name })
		}, " {}"},
		{"queue_url", "sqs_queue", namedQueue, func(s sandbox.Spec) []string {
			return namesOf(s.Queues, func(q sandbox.QueueSpec) string { return q.Name })
		}, " {}"},
		{"topic_arn", "sns_topic", namedTopic, func(s sandbox.Spec) []string {
			return namesOf(s.Topics, func(t sandbox.TopicSpec) string { return t.Name })
		}, " {}"},
	}
}

func namedQueue(value string) (named, bool) {
	at, err := url.Parse(value)
	if err != nil {
		return named{}, false
	}
	parts := strings.Split(strings.Trim(at.Path, "/"), "/")
	if len(parts) != 2 {
		return named{}, false
	}
	host := strings.Split(at.Hostname(), ".")
	region := ""
	if len(host) > 3 && host[0] == "sqs" && host[2] == "amazonaws" {
		region = host[1]
	}
	return named{parts[1], parts[0], region}, true
}

func namedTopic(value string) (named, bool) {
	topic, err := arn.Parse(value)
	return named{topic.Resource, topic.AccountID, topic.Region}, err == nil
}

// lookUp says what the sandbox lacks; nil: it has it, or that cannot be told.
func (n naming) lookUp(at hcl.Range, value string, account *Account) *hcl.Diagnostic {
	its, ok := n.read(value)
	switch {
	case !ok || its.name == "":
		return nil
	case its.account != "" && its.account != account.Account:
		return invalid(at, "Another account", "%s is of account %s, and the sandbox %s is account %s.", value, its.account, account.Path, account.Account)
	case its.region != "" && its.region != account.Region:
		return invalid(at, "Another region", "%s is in %s, and the sandbox %s is in %s.", value, its.region, account.Path, account.Region)
	}
	names := n.names(account.Spec)
	if slices.Contains(names, its.name) {
		return nil
	}
	detail := fmt.Sprintf("The sandbox %s has no %s %q.", account.Path, n.block, its.name)
	if near := nearest(its.name, names); near != "" {
		detail += fmt.Sprintf(" Did you mean %q?", near)
	} else if n.body != "" {
		detail += fmt.Sprintf(" Add to it: %s %q%s", n.block, its.name, n.body)
	} else {
		detail += fmt.Sprintf(" Add such a block; \"gameday kinds %s\" has an example.", n.block)
	}
	return invalid(at, "Not in the sandbox", "%s", detail)
}
