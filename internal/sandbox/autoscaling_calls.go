package sandbox

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

func (s *groups) answer() {
	const service = "Auto Scaling"
	handle(s.account, service, "DescribeAutoScalingGroups", s.describe)
	handle(s.account, service, "DescribeAutoScalingInstances", s.describeInstances)
	handle(s.account, service, "DescribeScalingActivities", s.describeActivities)
	handle(s.account, service, "SetDesiredCapacity", s.setDesired)
	handle(s.account, service, "SuspendProcesses", s.suspend)
	handle(s.account, service, "ResumeProcesses", s.resume)
}

const invalid = "ValidationError" // the code of most of what Auto Scaling and CloudWatch refuse

func (s *groups) describe(_ context.Context, in *autoscaling.DescribeAutoScalingGroupsInput) (*autoscaling.DescribeAutoScalingGroupsOutput, error) {
	size, err := sized(in.MaxRecords, 50, 1, 100, invalid, "MaxRecords must be from 1 to 100")
	if err != nil {
		return nil, err
	}
	if len(in.AutoScalingGroupNames) > size {
		return nil, failure(invalid, fmt.Sprintf("At most %d group names can be given", size))
	}
	var found []*group
	for _, g := range s.listed {
		named := len(in.AutoScalingGroupNames) == 0 || slices.Contains(in.AutoScalingGroupNames, g.spec.Name)
		fit, err := g.fits(in.Filters)
		if err != nil {
			return nil, err
		}
		if named && fit {
			found = append(found, g)
		}
	}
	found, next, err := page(s.account, found, in.NextToken, size)
	if err != nil {
		return nil, err
	}
	out := &autoscaling.DescribeAutoScalingGroupsOutput{NextToken: next}
	for _, g := range found {
		shape := g.shape()
		if in.IncludeInstances != nil && !*in.IncludeInstances {
			shape.Instances = nil
		}
		out.AutoScalingGroups = append(out.AutoScalingGroups, shape)
	}
	return out, nil
}

// fits says whether each filter has a value that the group's tags have. Auto Scaling knows no wildcards.
func (g *group) fits(filters []types.Filter) (bool, error) {
	for _, f := range filters {
		var has []string
		name := aws.ToString(f.Name)
		for _, t := range sortedTags(g.spec.Tags) {
			switch name {
			case "tag-key":
				has = append(has, t.key)
			case "tag-value", "tag:" + t.key:
				has = append(has, t.value)
			}
		}
		if name != "tag-key" && name != "tag-value" && !strings.HasPrefix(name, "tag:") {
			return false, failure(invalid, fmt.Sprintf("Filter type %s is not correct. Allowed filter types are: tag-key, tag-value, tag:<key>", name))
		}
		if !slices.ContainsFunc(f.Values, func(wanted string) bool { return slices.Contains(has, wanted) }) {
			return false, nil
		}
	}
	return true, nil
}

// shape is a group as Auto Scaling describes it.
func (g *group) shape() types.AutoScalingGroup {
	out := types.AutoScalingGroup{
		AutoScalingGroupName: aws.String(g.spec.Name), AutoScalingGroupARN: aws.String(g.arn()),
		AvailabilityZones: []string{g.account.Region + "a", g.account.Region + "b", g.account.Region + "c"},
		CreatedTime:       g.account.stamped(g.account.began.Add(-age)),
		DefaultCooldown:   aws.Int32(300), HealthCheckType: aws.String("EC2"), HealthCheckGracePeriod: aws.Int32(0),
		DesiredCapacity: aws.Int32(int32(g.desired)), MinSize: aws.Int32(0), MaxSize: aws.Int32(int32(g.most)),
		TerminationPolicies: []string{"Default"},
	}
	for _, m := range g.members {
		out.Instances = append(out.Instances, types.Instance{
			InstanceId: aws.String(m.instance.id), InstanceType: aws.String("t3.micro"), AvailabilityZone: aws.String(m.instance.zone),
			HealthStatus: aws.String(m.health()), LifecycleState: m.lifecycle, ProtectedFromScaleIn: aws.Bool(false),
		})
	}
	for _, t := range sortedTags(g.spec.Tags) {
		out.Tags = append(out.Tags, types.TagDescription{
			Key: aws.String(t.key), Value: aws.String(t.value), PropagateAtLaunch: aws.Bool(true),
			ResourceId: aws.String(g.spec.Name), ResourceType: aws.String("auto-scaling-group"),
		})
	}
	for _, process := range g.suspended {
		out.SuspendedProcesses = append(out.SuspendedProcesses, types.SuspendedProcess{
			ProcessName: aws.String(process), SuspensionReason: aws.String("User suspended"),
		})
	}
	return out
}

func (m *member) health() string {
	if m.healthy {
		return "Healthy"
	}
	return "Unhealthy"
}

func (g *group) arn() string {
	return fmt.Sprintf("arn:aws:autoscaling:%s:%s:autoScalingGroup:%s:autoScalingGroupName/%s", g.account.Region, g.account.ID,
		uuid(g.account.seed.Stream(g.block, "arn")), g.spec.Name)
}

func (s *groups) describeInstances(_ context.Context, in *autoscaling.DescribeAutoScalingInstancesInput) (*autoscaling.DescribeAutoScalingInstancesOutput, error) {
	size, err := sized(in.MaxRecords, 50, 1, 50, invalid, "MaxRecords must be from 1 to 50")
	if err != nil {
		return nil, err
	}
	if len(in.InstanceIds) > 50 {
		return nil, failure(invalid, "At most 50 instance ids can be given")
	}
	var found []types.AutoScalingInstanceDetails
	for _, g := range s.listed {
		for _, m := range g.members {
			if len(in.InstanceIds) > 0 && !slices.Contains(in.InstanceIds, m.instance.id) {
				continue
			}
			found = append(found, types.AutoScalingInstanceDetails{
				AutoScalingGroupName: aws.String(g.spec.Name), InstanceId: aws.String(m.instance.id), InstanceType: aws.String("t3.micro"),
				AvailabilityZone: aws.String(m.instance.zone), LifecycleState: aws.String(string(m.lifecycle)),
				HealthStatus: aws.String(strings.ToUpper(m.health())), ProtectedFromScaleIn: aws.Bool(false),
			})
		}
	}
	found, next, err := page(s.account, found, in.NextToken, size)
	return &autoscaling.DescribeAutoScalingInstancesOutput{AutoScalingInstances: found, NextToken: next}, err
}

func (s *groups) describeActivities(_ context.Context, in *autoscaling.DescribeScalingActivitiesInput) (*autoscaling.DescribeScalingActivitiesOutput, error) {
	size, err := sized(in.MaxRecords, 100, 1, 100, invalid, "MaxRecords must be from 1 to 100")
	if err != nil {
		return nil, err
	}
	from := s.listed
	if in.AutoScalingGroupName != nil {
		g, err := s.find(in.AutoScalingGroupName)
		if err != nil {
			return nil, err
		}
		from = []*group{g}
	}
	var found []types.Activity
	for _, g := range from {
		for _, a := range g.activities {
			fit, err := a.fits(s.account, in.Filters)
			if err != nil {
				return nil, err
			}
			if fit && (len(in.ActivityIds) == 0 || slices.Contains(in.ActivityIds, a.id)) {
				found = append(found, g.shapeOf(a))
			}
		}
	}
	slices.Reverse(found)
	slices.SortStableFunc(found, func(x, y types.Activity) int { return y.StartTime.Compare(*x.StartTime) })
	found, next, err := page(s.account, found, in.NextToken, size)
	return &autoscaling.DescribeScalingActivitiesOutput{Activities: found, NextToken: next}, err
}

// fits says whether the activity is within the bounds of each filter.
func (a *activity) fits(account *Account, filters []types.Filter) (bool, error) {
	for _, f := range filters {
		name := aws.ToString(f.Name)
		if name == "Status" {
			if !slices.Contains(f.Values, string(a.status)) {
				return false, nil
			}
			continue
		}
		if name != "StartTimeLowerBound" && name != "StartTimeUpperBound" || len(f.Values) != 1 {
			return false, failure(invalid, "Filter "+name+" is not correct")
		}
		bound, err := time.Parse(time.RFC3339, f.Values[0])
		if err != nil {
			return false, failure(invalid, name+" is not a timestamp: "+f.Values[0])
		}
		began := account.stamp(a.began)
		if name == "StartTimeLowerBound" && began.Before(bound) || name == "StartTimeUpperBound" && began.After(bound) {
			return false, nil
		}
	}
	return true, nil
}

// shapeOf is an activity as Auto Scaling describes it: its start to the millisecond, its end in whole seconds.
func (g *group) shapeOf(a *activity) types.Activity {
	progress := int32(100)
	if a.ended.IsZero() {
		progress = 50
	}
	out := types.Activity{
		ActivityId: aws.String(a.id), AutoScalingGroupName: aws.String(g.spec.Name), AutoScalingGroupARN: aws.String(g.arn()),
		Description: aws.String(a.description), Cause: aws.String(a.cause), StatusCode: a.status, Progress: &progress,
		StartTime: g.account.stamped(a.began), EndTime: g.account.stampedSecond(a.ended),
	}
	if a.message != "" {
		out.StatusMessage = aws.String(a.message)
	}
	return out
}

// find returns the group of that name.
func (s *groups) find(name *string) (*group, error) {
	if g := s.byName[aws.ToString(name)]; g != nil {
		return g, nil
	}
	return nil, failure(invalid, "AutoScalingGroup name not found - AutoScalingGroup '"+aws.ToString(name)+"' not found")
}

func (s *groups) setDesired(_ context.Context, in *autoscaling.SetDesiredCapacityInput) (*autoscaling.SetDesiredCapacityOutput, error) {
	g, err := s.find(in.AutoScalingGroupName)
	if err != nil {
		return nil, err
	}
	switch wanted := int(aws.ToInt32(in.DesiredCapacity)); {
	case wanted < 0:
		return nil, failure(invalid, fmt.Sprintf("New SetDesiredCapacity value %d is below min value 0 for the AutoScalingGroup.", wanted))
	case wanted > g.most:
		return nil, failure(invalid, fmt.Sprintf("New SetDesiredCapacity value %d is above max value %d for the AutoScalingGroup.", wanted, g.most))
	default:
		g.desired = wanted
	}
	g.reconcile()
	return &autoscaling.SetDesiredCapacityOutput{}, nil
}

func (s *groups) suspend(_ context.Context, in *autoscaling.SuspendProcessesInput) (*autoscaling.SuspendProcessesOutput, error) {
	g, err := s.find(in.AutoScalingGroupName)
	if err != nil {
		return nil, err
	}
	named, err := processes(in.ScalingProcesses)
	if err != nil {
		return nil, err
	}
	g.suspended = append(g.suspended, named...)
	slices.Sort(g.suspended)
	g.suspended = slices.Compact(g.suspended)
	return &autoscaling.SuspendProcessesOutput{}, nil
}

// resume lets processes go on, which then catch up with what they missed.
func (s *groups) resume(_ context.Context, in *autoscaling.ResumeProcessesInput) (*autoscaling.ResumeProcessesOutput, error) {
	g, err := s.find(in.AutoScalingGroupName)
	if err != nil {
		return nil, err
	}
	named, err := processes(in.ScalingProcesses)
	if err != nil {
		return nil, err
	}
	g.suspended = slices.DeleteFunc(g.suspended, func(process string) bool { return slices.Contains(named, process) })
	g.check()
	g.reconcile()
	return &autoscaling.ResumeProcessesOutput{}, nil
}

// processes returns those named, or all when none is.
func processes(named []string) ([]string, error) {
	all := []string{
		"AZRebalance", "AddToLoadBalancer", "AlarmNotification", "HealthCheck", "InstanceRefresh", "Launch", "ReplaceUnhealthy",
		"ScheduledActions", "Terminate",
	}
	if len(named) == 0 {
		return all, nil
	}
	for _, process := range named {
		if !slices.Contains(all, process) {
			return nil, failure(invalid, "Invalid scaling process: "+process)
		}
	}
	return slices.Clone(named), nil
}
