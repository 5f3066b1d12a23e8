package sandbox

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// point is what was recorded of a metric within one period.
type point struct {
	from                        time.Time // by the account's own clock
	count, sum, lowest, highest float64
}

// points are the periods from start to end in which something was recorded, the oldest first.
func (s *gauges) points(r Ref, start, end time.Time, period time.Duration) []point {
	var points []point
	for _, recorded := range s.recorded[r] {
		at := s.account.stamp(recorded.at)
		from := at.Truncate(period)
		if from.Before(start.Truncate(period)) || !at.Before(end) {
			continue
		}
		if len(points) == 0 || !points[len(points)-1].from.Equal(from) {
			points = append(points, point{from: from, lowest: recorded.value, highest: recorded.value})
		}
		p := &points[len(points)-1]
		p.count++
		p.sum += recorded.value
		p.lowest, p.highest = min(p.lowest, recorded.value), max(p.highest, recorded.value)
	}
	return points
}

// statistic is one of the numbers that CloudWatch makes of a period. ok is false for those that the sandbox does not know.
func (p point) statistic(name string) (value float64, ok bool) {
	switch name {
	case "Average":
		return p.sum / p.count, true
	case "Sum":
		return p.sum, true
	case "Minimum":
		return p.lowest, true
	case "Maximum":
		return p.highest, true
	case "SampleCount":
		return p.count, true
	}
	return 0, false
}

// named returns the metric that CloudWatch calls so. ok is false when there is none, which is no error in AWS.
func (s *gauges) named(namespace, name *string, dimensions []types.Dimension) (r Ref, ok bool) {
	wanted := identity{namespace: aws.ToString(namespace), name: aws.ToString(name)}
	if len(dimensions) > 1 {
		return Ref{}, false
	}
	for _, d := range dimensions {
		wanted.dimension, wanted.subject = aws.ToString(d.Name), aws.ToString(d.Value)
	}
	at := slices.IndexFunc(s.known, func(r Ref) bool { return r.identity() == wanted })
	if at < 0 {
		return Ref{}, false
	}
	return s.known[at], true
}

func periodOf(seconds *int32) (time.Duration, error) {
	period := time.Duration(aws.ToInt32(seconds)) * time.Second
	if period <= 0 || period%time.Minute != 0 {
		return 0, failure("InvalidParameterValue", "The period must be a number of minutes")
	}
	return period, nil
}

func (s *gauges) getData(_ context.Context, in *cloudwatch.GetMetricDataInput) (*cloudwatch.GetMetricDataOutput, error) {
	out := &cloudwatch.GetMetricDataOutput{}
	for _, query := range in.MetricDataQueries {
		if query.MetricStat == nil || query.MetricStat.Metric == nil {
			return nil, failure("NotImplemented", "the sandbox does not know metric math")
		}
		period, err := periodOf(query.MetricStat.Period)
		if err != nil {
			return nil, err
		}
		metric := query.MetricStat.Metric
		result := types.MetricDataResult{
			Id: query.Id, Label: aws.String(aws.ToString(metric.MetricName)), StatusCode: types.StatusCodeComplete,
		}
		if r, known := s.named(metric.Namespace, metric.MetricName, metric.Dimensions); known {
			for _, p := range s.points(r, aws.ToTime(in.StartTime), aws.ToTime(in.EndTime), period) {
				value, ok := p.statistic(aws.ToString(query.MetricStat.Stat))
				if !ok {
					return nil, failure("NotImplemented", "the sandbox does not know the statistic "+aws.ToString(query.MetricStat.Stat))
				}
				result.Timestamps, result.Values = append(result.Timestamps, p.from), append(result.Values, value)
			}
		}
		if in.ScanBy != types.ScanByTimestampAscending {
			slices.Reverse(result.Timestamps)
			slices.Reverse(result.Values)
		}
		out.MetricDataResults = append(out.MetricDataResults, result)
	}
	return out, nil
}

func (s *gauges) getStatistics(_ context.Context, in *cloudwatch.GetMetricStatisticsInput) (*cloudwatch.GetMetricStatisticsOutput, error) {
	period, err := periodOf(in.Period)
	if err != nil {
		return nil, err
	}
	out := &cloudwatch.GetMetricStatisticsOutput{Label: in.MetricName}
	r, known := s.named(in.Namespace, in.MetricName, in.Dimensions)
	if !known {
		return out, nil
	}
	for _, p := range s.points(r, aws.ToTime(in.StartTime), aws.ToTime(in.EndTime), period) {
		from := p.from
		d := types.Datapoint{Timestamp: &from, Unit: types.StandardUnitNone}
		for _, wanted := range in.Statistics {
			value, _ := p.statistic(string(wanted))
			keep(&d, wanted, &value)
		}
		out.Datapoints = append(out.Datapoints, d)
	}
	return out, nil
}

func keep(d *types.Datapoint, statistic types.Statistic, value *float64) {
	switch statistic {
	case types.StatisticAverage:
		d.Average = value
	case types.StatisticSum:
		d.Sum = value
	case types.StatisticMinimum:
		d.Minimum = value
	case types.StatisticMaximum:
		d.Maximum = value
	case types.StatisticSampleCount:
		d.SampleCount = value
	}
}
