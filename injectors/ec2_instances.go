package injectors

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// idsPerFilter stays below the 200 values that DescribeInstances takes in a filter. Ids are asked for by filter, because
// InstanceIds fails as a whole when one instance is gone, and excludes paging.
const idsPerFilter = 150

type describesInstances interface {
	DescribeInstances(context.Context, *ec2.DescribeInstancesInput, ...func(*ec2.Options)) (*ec2.DescribeInstancesOutput, error)
}

// ec2Instances is the query for EC2 instances.
type ec2Instances struct {
	Tags   map[string]string `hcl:"tags,optional" doc:"the tags that an instance must carry, all of them"`
	IDs    []string          `hcl:"ids,optional" doc:"the ids of the instances that may match"`
	States []string          `hcl:"states,optional" doc:"the states that an instance may be in"`

	ec2    describesInstances
	region string
}

func ec2InstancesTarget() TargetKind {
	return TargetKind{
		Name:        "ec2_instances",
		Summary:     "EC2 instances by tags, ids and states",
		Example:     "tags = { app = \"checkout\" }\npick { percent = 50 }",
		Permissions: []string{"ec2:DescribeInstances"},
		New: func(env Env) Target {
			return &ec2Instances{
				States: []string{string(types.InstanceStateNameRunning)},
				ec2:    ec2.NewFromConfig(env.AWS), region: env.AWS.Region,
			}
		},
	}
}

// Problems finds a query that would match every instance of the region, and states that do not exist.
func (q *ec2Instances) Problems() []Problem {
	var problems []Problem
	if len(q.Tags) == 0 && len(q.IDs) == 0 {
		problems = append(problems, Problem{
			Attribute: "tags", Summary: "Every instance would match",
			Detail: "Name instances by tags or by ids.",
		})
	}
	known := types.InstanceStateNameRunning.Values()
	for _, state := range q.States {
		if !slices.Contains(known, types.InstanceStateName(state)) {
			problems = append(problems, Problem{
				Attribute: "states", Summary: "Unknown state",
				Detail: fmt.Sprintf("%q is none of %v.", state, known),
			})
		}
	}
	return append(problems, instanceIDProblems("ids", q.IDs)...)
}

// Resolve returns the matching instances, sorted by id.
func (q *ec2Instances) Resolve(ctx context.Context) ([]Resource, error) {
	var filters []types.Filter
	for _, key := range slices.Sorted(maps.Keys(q.Tags)) {
		filters = append(filters, filter("tag:"+key, q.Tags[key]))
	}
	if len(q.States) > 0 {
		filters = append(filters, filter("instance-state-name", unique(q.States)...))
	}
	chunks := [][]types.Filter{filters}
	if len(q.IDs) > 0 {
		chunks = nil
		for ids := range slices.Chunk(unique(q.IDs), idsPerFilter) {
			chunks = append(chunks, append(slices.Clone(filters), filter("instance-id", ids...)))
		}
	}
	var found []Resource
	for _, chunk := range chunks {
		instances, err := listInstances(ctx, q.ec2, q.region, chunk)
		if err != nil {
			return nil, err
		}
		for _, i := range instances {
			if q.tagged(i) {
				found = append(found, Resource{ID: i.id, ARN: i.arn})
			}
		}
	}
	return found, nil
}

// ByTags returns the query's tags, unless it names instances.
func (q *ec2Instances) ByTags() map[string]string {
	if len(q.IDs) > 0 {
		return nil
	}
	return q.Tags
}

// tagged compares tags to the letter, because a filter takes * and ? for wildcards and would touch more than was meant.
func (q *ec2Instances) tagged(i instance) bool {
	for key, value := range q.Tags {
		if have, ok := i.tags[key]; !ok || have != value {
			return false
		}
	}
	return true
}

func filter(name string, values ...string) types.Filter {
	return types.Filter{Name: aws.String(name), Values: values}
}

// instance is what the EC2 kinds need to know of one.
type instance struct {
	id, arn string
	state   types.InstanceStateName
	root    types.DeviceType
	tags    map[string]string
}

// gone says that the instance has ended or is ending.
func (i instance) gone() bool {
	return i.state == types.InstanceStateNameShuttingDown || i.state == types.InstanceStateNameTerminated
}

// listInstances returns what the filters match, all pages, sorted by id.
func listInstances(ctx context.Context, api describesInstances, region string, filters []types.Filter) ([]instance, error) {
	var found []instance
	pages := ec2.NewDescribeInstancesPaginator(api, &ec2.DescribeInstancesInput{Filters: filters, MaxResults: aws.Int32(1000)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("describe instances: %w", err)
		}
		for _, r := range page.Reservations {
			for _, i := range r.Instances {
				found = append(found, newInstance(region, aws.ToString(r.OwnerId), i))
			}
		}
	}
	slices.SortFunc(found, func(a, b instance) int { return cmp.Compare(a.id, b.id) })
	return found, nil
}

func newInstance(region, owner string, from types.Instance) instance {
	i := instance{id: aws.ToString(from.InstanceId), root: from.RootDeviceType, tags: map[string]string{}}
	i.arn = arnOf("ec2", region, owner, "instance/"+i.id)
	if from.State != nil {
		i.state = from.State.Name
	}
	for _, tag := range from.Tags {
		i.tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return i
}

// instancesByID returns those of the ids that exist, sorted by id.
func instancesByID(ctx context.Context, api describesInstances, region string, ids []string) ([]instance, error) {
	var found []instance
	for chunk := range slices.Chunk(unique(ids), idsPerFilter) {
		some, err := listInstances(ctx, api, region, []types.Filter{filter("instance-id", chunk...)})
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	return found, nil
}

// liveInstances returns the instances of the ids, sorted, and an error that names those that are gone or never were.
func liveInstances(ctx context.Context, api describesInstances, region string, ids []string) ([]instance, error) {
	if len(ids) == 0 {
		return nil, fmt.Errorf("no instance is named")
	}
	found, err := instancesByID(ctx, api, region, ids)
	if err != nil {
		return nil, err
	}
	missing := unique(ids)
	for _, i := range found {
		if !i.gone() {
			missing = slices.DeleteFunc(missing, func(id string) bool { return id == i.id })
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("these instances do not exist in %s, or not any more: %s", region, strings.Join(missing, ", "))
	}
	return found, nil
}

func instanceIDProblems(attribute string, ids []string) []Problem {
	for _, id := range ids {
		if !strings.HasPrefix(id, "i-") {
			return []Problem{{
				Attribute: attribute, Summary: "Not an instance id",
				Detail: fmt.Sprintf("%q does not start with \"i-\".", id),
			}}
		}
	}
	return nil
}

func arnsOf(instances []instance) []string {
	var all []string
	for _, i := range instances {
		all = append(all, i.arn)
	}
	return all
}

func idsOf(instances []instance) []string {
	var all []string
	for _, i := range instances {
		all = append(all, i.id)
	}
	return all
}
