package permissions

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"gameday/experiments"
)

// resource is something that an action may be allowed on.
type resource struct {
	pattern string            // as it is written in a policy
	example string            // an ARN that fits it
	tags    map[string]string // by which it was found
}

// builder collects what has to be allowed, action by action, and then makes as few grants of it as say the same.
type builder struct {
	needs   experiments.Needs
	allowed []Grant // of one action each
}

// allow allows each of the actions on those of the resources that are its service's.
func (b *builder) allow(purpose Purpose, actions []string, on []resource) {
	for _, action := range actions {
		service, _, _ := strings.Cut(action, ":")
		scope := scopeOf(action)
		own := slices.DeleteFunc(slices.Clone(on), func(r resource) bool { return serviceOf(r.example) != service })
		if scope.why != "" {
			b.add(Grant{
				Purpose: purpose, Actions: []string{action}, Resources: []string{"*"},
				Conditions: []Condition{{"StringEquals", "aws:RequestedRegion", b.regions(own)}},
			})
			continue
		}
		if len(own) == 0 {
			shape := b.arn(service, b.needs.Region, b.needs.Account, scope.shape)
			own = []resource{{pattern: shape, example: strings.ReplaceAll(shape, "*", exampleID)}}
		}
		for _, r := range own {
			b.add(b.narrow(purpose, action, scope, r, on))
		}
	}
}

// exampleID stands for an id that is not known yet. SSM takes nothing else for an execution's.
const exampleID = "00000000-0000-4000-8000-000000000000"

// narrow returns the grant of one action on one resource.
func (b *builder) narrow(purpose Purpose, action string, scope scope, r resource, on []resource) Grant {
	g := Grant{Purpose: purpose, Actions: []string{action}, Resources: []string{r.pattern}, Examples: []string{r.example}}
	if scope.tags && len(r.tags) > 0 {
		is, _ := arn.Parse(r.example)
		g.Resources = []string{b.arn(is.Service, is.Region, is.AccountID, scope.shape)}
		for _, key := range slices.Sorted(maps.Keys(r.tags)) {
			g.Conditions = append(g.Conditions, Condition{"StringEquals", "aws:ResourceTag/" + key, []string{literal(r.tags[key])}})
		}
	}
	if action == "sns:Subscribe" {
		g.Conditions = subscribers(on)
	}
	return g
}

// subscribers lets nothing but gameday's own queues be subscribed.
func subscribers(on []resource) []Condition {
	var queues []string
	for _, r := range on {
		if serviceOf(r.example) == "sqs" {
			queues = append(queues, r.pattern)
		}
	}
	return []Condition{{"StringEquals", "sns:Protocol", []string{"sqs"}}, {"StringLike", "sns:Endpoint", unique(queues)}}
}

// add joins a grant with one of the same action, purpose and conditions.
func (b *builder) add(g Grant) {
	for i, have := range b.allowed {
		if have.Purpose == g.Purpose && have.Actions[0] == g.Actions[0] && keyOf(have.Conditions) == keyOf(g.Conditions) {
			b.allowed[i].Resources = unique(slices.Concat(have.Resources, g.Resources))
			b.allowed[i].Examples = unique(slices.Concat(have.Examples, g.Examples))
			return
		}
	}
	b.allowed = append(b.allowed, g)
}

// grants joins what differs in its actions only. Services share a grant only where it is narrowed to nothing.
func (b *builder) grants() []Grant {
	var joined []Grant
	for _, g := range b.allowed {
		same := func(have Grant) bool {
			return have.Purpose == g.Purpose && keyOf(have.Conditions) == keyOf(g.Conditions) &&
				slices.Equal(have.Resources, g.Resources) && (g.everywhere() || have.service() == g.service())
		}
		if i := slices.IndexFunc(joined, same); i >= 0 {
			joined[i].Actions = unique(slices.Concat(joined[i].Actions, g.Actions))
			joined[i].Examples = unique(slices.Concat(joined[i].Examples, g.Examples))
			continue
		}
		joined = append(joined, g)
	}
	slices.SortStableFunc(joined, byPurpose)
	return joined
}

// regions are where the resources are, or else where the scenario plays.
func (b *builder) regions(of []resource) []string {
	var regions []string
	for _, r := range of {
		if is, err := arn.Parse(r.example); err == nil && is.Region != "" {
			regions = append(regions, is.Region)
		}
	}
	if len(regions) == 0 {
		regions = []string{b.needs.Region}
	}
	return unique(regions)
}

// subject returns the ARN of what a source watches, where a policy can be narrowed to it.
func (b *builder) subject(kind, subject string) []string {
	switch {
	case arn.IsARN(subject):
		return []string{subject}
	case kind == "sqs_queue":
		return b.queue(subject)
	}
	return nil
}

// queue returns the ARN of a queue by its URL: https://sqs.REGION.amazonaws.com/ACCOUNT/NAME.
func (b *builder) queue(address string) []string {
	at, err := url.Parse(address)
	if err != nil {
		return nil
	}
	parts := strings.Split(strings.Trim(at.Path, "/"), "/")
	if len(parts) < 2 {
		return nil
	}
	region := b.needs.Region
	if labels := strings.Split(at.Hostname(), "."); len(labels) > 2 && labels[0] == "sqs" && labels[2] == "amazonaws" {
		region = labels[1]
	}
	return []string{b.arn("sqs", region, parts[len(parts)-2], parts[len(parts)-1])}
}

// tapQueue stands for the queues that gameday subscribes to a topic: their names begin with gameday, and then tell the run.
func (b *builder) tapQueue(topic string) resource {
	account := b.needs.Account
	if is, err := arn.Parse(topic); err == nil {
		account = cmp.Or(is.AccountID, account)
	}
	queue := b.arn("sqs", b.needs.Region, account, "gameday-")
	return resource{pattern: queue + "*", example: queue + "preflight"}
}

func (b *builder) arn(service, region, account, resource string) string {
	partition := "aws"
	switch {
	case strings.HasPrefix(region, "cn-"):
		partition = "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		partition = "aws-us-gov"
	}
	return arn.ARN{Partition: partition, Service: service, Region: region, AccountID: account, Resource: resource}.String()
}

func serviceOf(text string) string {
	is, _ := arn.Parse(text)
	return is.Service
}

func unique(all []string) []string {
	sorted := slices.Clone(all)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}
