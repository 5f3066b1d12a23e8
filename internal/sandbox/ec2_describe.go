package sandbox

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// mostFilterValues is how many values the filters of one call may have together.
const mostFilterValues = 200

func (s *instances) describe(_ context.Context, in *ec2.DescribeInstancesInput) (*ec2.DescribeInstancesOutput, error) {
	if aws.ToBool(in.DryRun) {
		return nil, dryRunSucceeded()
	}
	found, next, err := s.query(in.InstanceIds, in.Filters, in.MaxResults, in.NextToken, func(*instance) bool { return true })
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeInstancesOutput{NextToken: next}
	for _, i := range found {
		last := len(out.Reservations) - 1
		if last < 0 || aws.ToString(out.Reservations[last].ReservationId) != i.reservation {
			out.Reservations = append(out.Reservations, types.Reservation{
				ReservationId: aws.String(i.reservation), OwnerId: aws.String(s.account.ID),
			})
			last++
		}
		out.Reservations[last].Instances = append(out.Reservations[last].Instances, s.shape(i))
	}
	return out, nil
}

func (s *instances) describeStatus(_ context.Context, in *ec2.DescribeInstanceStatusInput) (*ec2.DescribeInstanceStatusOutput, error) {
	if aws.ToBool(in.DryRun) {
		return nil, dryRunSucceeded()
	}
	all := aws.ToBool(in.IncludeAllInstances)
	found, next, err := s.query(in.InstanceIds, in.Filters, in.MaxResults, in.NextToken, func(i *instance) bool {
		return all || s.shown(i).state == types.InstanceStateNameRunning
	})
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeInstanceStatusOutput{NextToken: next}
	for _, i := range found {
		summary := &types.InstanceStatusSummary{Status: s.status(i)}
		out.InstanceStatuses = append(out.InstanceStatuses, types.InstanceStatus{
			InstanceId: aws.String(i.id), AvailabilityZone: aws.String(i.zone),
			InstanceState: stateOf(s.shown(i).state), InstanceStatus: summary, SystemStatus: summary,
		})
	}
	return out, nil
}

// status is what EC2's own checks of the machine say.
func (s *instances) status(i *instance) types.SummaryStatus {
	switch c := s.shown(i); {
	case c.state != types.InstanceStateNameRunning:
		return types.SummaryStatusNotApplicable
	case s.account.clock.Now().Sub(c.at) < 2*time.Minute:
		return types.SummaryStatusInitializing
	}
	return types.SummaryStatusOk
}

// query is what the two descriptions have in common: ids or pages, filters, and what is shown at all.
func (s *instances) query(ids []string, filters []types.Filter, most *int32, token *string, also func(*instance) bool) ([]*instance, *string, error) {
	if err := checkFilters(filters); err != nil {
		return nil, nil, err
	}
	if len(ids) > 0 && most != nil {
		return nil, nil, failure("InvalidParameterCombination", "The parameter instancesSet cannot be used with the parameter maxResults")
	}
	size, err := sized(most, 1000, 5, 1000, "InvalidParameterValue",
		fmt.Sprintf("Value ( %d ) for parameter maxResults is invalid. Expecting a value from 5 to 1000.", aws.ToInt32(most)))
	if err != nil {
		return nil, nil, err
	}
	visible := func(i *instance) bool { return s.shown(i).state != "" }
	listed := s.listed
	if len(ids) > 0 {
		if listed, err = s.find(ids, visible); err != nil {
			return nil, nil, err
		}
	}
	var found []*instance
	for _, i := range listed {
		if visible(i) && also(i) && s.matches(i, filters) {
			found = append(found, i)
		}
	}
	if len(ids) > 0 {
		return found, nil, nil
	}
	return page(s.account, found, token, size)
}

func checkFilters(filters []types.Filter) error {
	values := 0
	for _, f := range filters {
		values += len(f.Values)
		if len(f.Values) == 0 {
			return failure("InvalidParameterValue", fmt.Sprintf("The filter '%s' has no values", aws.ToString(f.Name)))
		}
		if _, known := filtered(&instance{}, change{}, aws.ToString(f.Name)); !known {
			return failure("InvalidParameterValue", fmt.Sprintf("The filter '%s' is invalid", aws.ToString(f.Name)))
		}
	}
	if values > mostFilterValues {
		return failure("FilterLimitExceeded", fmt.Sprintf("The filters have %d values, the limit is %d", values, mostFilterValues))
	}
	return nil
}

// matches says whether each filter has a value that fits the instance.
func (s *instances) matches(i *instance, filters []types.Filter) bool {
	for _, f := range filters {
		has, _ := filtered(i, s.shown(i), aws.ToString(f.Name))
		if !anyFits(f.Values, has) {
			return false
		}
	}
	return true
}

func anyFits(patterns, values []string) bool {
	for _, pattern := range patterns {
		for _, value := range values {
			if fits(pattern, value) {
				return true
			}
		}
	}
	return false
}

// filtered returns what an instance has for a filter to look at.
func filtered(i *instance, c change, filter string) (values []string, known bool) {
	if key, isTag := strings.CutPrefix(filter, "tag:"); isTag {
		for _, t := range i.tags {
			if t.key == key {
				values = append(values, t.value)
			}
		}
		return values, true
	}
	switch filter {
	case "tag-key":
		for _, t := range i.tags {
			values = append(values, t.key)
		}
		return values, true
	case "instance-state-name":
		return []string{string(c.state)}, true
	case "instance-state-code":
		return []string{fmt.Sprint(aws.ToInt32(stateOf(c.state).Code))}, true
	case "instance-id":
		return []string{i.id}, true
	case "reservation-id":
		return []string{i.reservation}, true
	case "availability-zone":
		return []string{i.zone}, true
	case "private-ip-address":
		return []string{i.ip}, true
	}
	return nil, false
}

// fits says whether a filter's pattern, in which * is any text and ? any character, is the value. A backslash takes the
// meaning of either away.
func fits(pattern, value string) bool {
	if pattern == "" {
		return value == ""
	}
	switch head := pattern[0]; {
	case head == '*':
		return fits(pattern[1:], value) || value != "" && fits(pattern, value[1:])
	case value == "":
		return false
	case head == '?':
		return fits(pattern[1:], value[1:])
	case head == '\\' && len(pattern) > 1:
		return pattern[1] == value[0] && fits(pattern[2:], value[1:])
	default:
		return head == value[0] && fits(pattern[1:], value[1:])
	}
}

// shape is an instance as EC2 describes it.
func (s *instances) shape(i *instance) types.Instance {
	c := s.shown(i)
	out := types.Instance{
		InstanceId: aws.String(i.id), ImageId: aws.String("ami-" + hexID("sandbox")), InstanceType: types.InstanceTypeT3Micro,
		Architecture: types.ArchitectureValuesX8664, LaunchTime: s.account.stampedSecond(i.launched), State: stateOf(c.state),
		Placement:             &types.Placement{AvailabilityZone: aws.String(i.zone), Tenancy: types.TenancyDefault},
		Monitoring:            &types.Monitoring{State: types.MonitoringStateDisabled},
		StateTransitionReason: aws.String(""),
	}
	for _, t := range i.tags {
		out.Tags = append(out.Tags, types.Tag{Key: aws.String(t.key), Value: aws.String(t.value)})
	}
	switch c.state {
	case types.InstanceStateNameTerminated: // has lost its place in the network
	default:
		out.PrivateIpAddress = aws.String(i.ip)
		out.PrivateDnsName = aws.String("ip-" + strings.ReplaceAll(i.ip, ".", "-") + "." + s.account.Region + ".compute.internal")
		out.VpcId, out.SubnetId = aws.String("vpc-"+hexID("sandbox")), aws.String("subnet-"+hexID(i.zone))
	}
	switch c.state {
	case types.InstanceStateNamePending, types.InstanceStateNameRunning:
	default:
		const code = "Client.UserInitiatedShutdown"
		out.StateReason = &types.StateReason{Code: aws.String(code), Message: aws.String(code + ": User initiated shutdown")}
		out.StateTransitionReason = aws.String("User initiated (" + s.account.stamp(c.at).UTC().Format("2006-01-02 15:04:05 MST") + ")")
	}
	return out
}
