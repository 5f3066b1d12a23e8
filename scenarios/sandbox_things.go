package scenarios

import (
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/gocty"

	"gameday/internal/cloud"
	"gameday/internal/sandbox"
)

// What a sandbox file need not say.
const (
	defaultNotices  = "15s..30s"
	defaultReplaces = "60s..90s"
	defaultTakes    = "45s..75s"
	defaultPeriod   = time.Minute
)

func (a *account) readAccount(r reader, _ *hcl.Block) {
	a.spec.Account, a.spec.Region, a.spec.Skew = r.text("account", ""), r.text("region", ""), a.skew(r)
	if attribute, there := r.attribute("account"); there && a.spec.Account != "" && !isAccount(a.spec.Account) {
		a.found.add(invalid(attribute.Expr.Range(), "Not an account", "The number of an AWS account has twelve digits."))
	}
	if attribute, there := r.attribute("region"); there && strings.TrimSpace(a.spec.Region) == "" {
		a.found.add(invalid(attribute.Expr.Range(), "Not a region", "A region is called, for example, eu-west-1."))
	}
}

func (a *account) readInstance(r reader, b *hcl.Block) {
	a.spec.Instances = append(a.spec.Instances, sandbox.InstanceSpec{Name: b.Labels[0], Tags: r.table("tags")})
}

func (a *account) readGroup(r reader, b *hcl.Block) {
	a.spec.Groups = append(a.spec.Groups, sandbox.GroupSpec{
		Name: b.Labels[0], Desired: r.whole("desired", 0, 0), Tags: r.table("tags"),
		NoticesAfter: r.span("notices_after", defaultNotices, true), ReplacesAfter: r.span("replaces_after", defaultReplaces, true),
	})
}

func (a *account) readQueue(r reader, b *hcl.Block) {
	queue := sandbox.QueueSpec{
		Name: b.Labels[0], ArrivesPerSecond: r.number("arrives_per_second", 0, 0),
		ConsumesPerSecond: r.number("consumes_per_second", 0, 0), DepthLag: r.duration("depth_lag", 0, zeroOrMore),
		VisibilityTimeout: r.duration("visibility_timeout", 0, moreThanZero), MaxReceiveCount: r.whole("max_receive_count", 0, 1),
		Tags: r.table("tags"),
	}
	if ref := a.ref(r, "dead_letter_queue", []target{{kind: "sqs_queue"}}); ref != nil {
		queue.DeadLetterQueue = ref.Name
		if ref.Name == queue.Name {
			a.found.add(invalid(r.content.Attributes["dead_letter_queue"].Range, "Wrong reference", "A queue cannot be its own dead-letter queue."))
		}
	}
	a.together(r, b, "dead_letter_queue", "max_receive_count")
	a.spec.Queues = append(a.spec.Queues, queue)
}

// together says that of two attributes one makes no sense without the other.
func (a *account) together(r reader, b *hcl.Block, one, other string) {
	first, hasOne := r.attribute(one)
	second, hasOther := r.attribute(other)
	switch {
	case hasOne && !hasOther:
		a.found.add(invalid(first.Range, "Missing "+other, "%s needs %s as well.", one, other))
	case hasOther && !hasOne:
		a.found.add(invalid(second.Range, "Missing "+one, "%s needs %s as well.", other, one))
	}
}

func (a *account) readTopic(_ reader, b *hcl.Block) {
	a.spec.Topics = append(a.spec.Topics, sandbox.TopicSpec{Name: b.Labels[0]})
}

func (a *account) readAlarm(r reader, b *hcl.Block) {
	alarm := sandbox.AlarmSpec{
		Name: b.Labels[0], Period: r.duration("period", defaultPeriod, moreThanZero), Periods: r.whole("periods", 1, 1),
		AlarmActions: a.refs(r, "alarm_actions", topics()), OKActions: a.refs(r, "ok_actions", topics()),
		ActionsEnabled: r.flag("actions_enabled", true), Tags: r.table("tags"),
		Above: threshold(r, "above"), Below: threshold(r, "below"),
	}
	if ref := a.ref(r, "watch", watched()); ref != nil {
		alarm.Watch = *ref
	}
	_, above := r.attribute("above")
	if _, below := r.attribute("below"); above == below {
		a.found.add(invalid(b.DefRange, "Invalid threshold", "An alarm fires either above or below a number, one of the two."))
	}
	short := []time.Duration{10 * time.Second, 20 * time.Second, 30 * time.Second}
	if attribute, there := r.attribute("period"); there && alarm.Period%time.Minute != 0 && !slices.Contains(short, alarm.Period) {
		a.found.add(invalid(attribute.Expr.Range(), "Invalid period", "CloudWatch knows periods of 10s, 20s, 30s and whole minutes."))
	}
	a.spec.Alarms = append(a.spec.Alarms, alarm)
}

func threshold(r reader, name string) *float64 {
	var value float64
	if _, ok := r.into(name, cty.Number, &value); !ok {
		return nil
	}
	return &value
}

func (a *account) readAutomation(r reader, b *hcl.Block) {
	ends := []string{"Success", "Failed", "TimedOut", "Cancelled"}
	automation := sandbox.AutomationSpec{
		Name: b.Labels[0], StartedBy: a.ref(r, "started_by", []target{{kind: "cloudwatch_alarm"}}),
		Takes: r.span("takes", defaultTakes, false), Status: r.text("status", ends[0]), Then: a.readThen(r),
	}
	if !slices.Contains(ends, automation.Status) {
		a.found.add(unknown(r.content.Attributes["status"].Expr.Range(), "status in which an execution ends", automation.Status, ends))
	}
	a.spec.Automations = append(a.spec.Automations, automation)
}

// readThen reads what a successful execution changes. The keys are references in quotes.
func (a *account) readThen(r reader) map[string]float64 {
	then := map[string]float64{}
	for _, entry := range a.numbers(r, "then") {
		parts := strings.Split(entry.key, ".")
		if len(parts) > 3 { // names may hold dots
			parts = []string{parts[0], strings.Join(parts[1:len(parts)-1], "."), parts[len(parts)-1]}
		}
		if a.lookUp(entry.at, parts, changed()) == nil {
			continue
		}
		if entry.value < 0 {
			a.found.add(invalid(entry.at, "Number out of range", "%s must be 0 or more.", entry.key))
		}
		then[entry.key] = entry.value
	}
	if len(then) == 0 {
		return nil
	}
	return then
}

// entry is one line of a map of numbers, or of texts.
type entry struct {
	key   string
	value float64
	text  string
	at    hcl.Range
}

// numbers reads a map of numbers, each with its place.
func (a *account) numbers(r reader, name string) []entry { return a.entries(r, name, cty.Number) }

// entries reads a map of values of a type, each with its place.
func (a *account) entries(r reader, name string, ty cty.Type) []entry {
	attribute, there := r.attribute(name)
	if !there {
		return nil
	}
	value, at, ok := r.get(name, cty.Map(ty))
	if !ok {
		return nil
	}
	places := map[string]hcl.Range{}
	if pairs, diags := hcl.ExprMap(attribute.Expr); !diags.HasErrors() {
		for _, pair := range pairs {
			if key, diags := pair.Key.Value(nil); !diags.HasErrors() && key.Type() == cty.String && key.IsKnown() && !key.IsNull() {
				places[key.AsString()] = pair.Key.Range()
			}
		}
	}
	table := value.AsValueMap()
	var list []entry
	for _, key := range sortedNames(table) {
		e := entry{key: key, at: at}
		if place, there := places[key]; there {
			e.at = place
		}
		var into any = &e.value
		if ty == cty.String {
			into = &e.text
		}
		if err := gocty.FromCtyValue(table[key], into); err != nil {
			a.found.add(invalid(e.at, "Wrong type", "%s", sentence(err.Error())))
			continue
		}
		list = append(list, e)
	}
	return list
}

func (a *account) readOnCall(r reader, b *hcl.Block) {
	people := sandbox.OnCallSpec{
		Name: b.Labels[0], AcknowledgesAfter: r.span("acknowledges_after", never, true),
		EscalatesTo: a.ref(r, "escalates_to", topics()), EscalatesAfter: r.span("escalates_after", never, true),
	}
	if ref := a.ref(r, "paged_by", topics()); ref != nil {
		people.PagedBy = *ref
	}
	a.together(r, b, "escalates_to", "escalates_after")
	a.spec.OnCalls = append(a.spec.OnCalls, people)
}

func (a *account) readMetric(r reader, b *hcl.Block) {
	metric := sandbox.MetricSpec{Name: b.Labels[0]}
	r.into("value", cty.Number, &metric.Value)
	for _, entry := range a.numbers(r, "at") {
		d, ok := a.moment(entry)
		if !ok {
			continue
		}
		if metric.At == nil {
			metric.At = map[time.Duration]float64{}
		}
		metric.At[d] = entry.value
	}
	a.spec.Metrics = append(a.spec.Metrics, metric)
}

// moment reads when something happens: so long into the run.
func (a *account) moment(e entry) (time.Duration, bool) {
	d, problem := parseDuration(e.at, "The time in at", e.key, zeroOrMore)
	if problem != nil {
		a.found.add(problem)
	}
	return d, problem == nil
}

func (a *account) readParameter(r reader, b *hcl.Block) {
	parameter := sandbox.ParameterSpec{Name: b.Labels[0], Value: r.text("value", "")}
	for _, entry := range a.entries(r, "at", cty.String) {
		if d, ok := a.moment(entry); ok {
			if parameter.At == nil {
				parameter.At = map[time.Duration]string{}
			}
			parameter.At[d] = entry.text
		}
	}
	a.spec.Parameters = append(a.spec.Parameters, parameter)
}

func (a *account) readBucket(r reader, b *hcl.Block) {
	if _, err := cloud.ParseS3URL("s3://" + b.Labels[0]); err != nil || strings.Contains(b.Labels[0], "/") {
		a.found.add(invalid(b.LabelRanges[0], "Invalid name", "The name of a bucket is 3 to 63 small letters, digits, dots and hyphens."))
	}
	a.spec.Buckets = append(a.spec.Buckets, sandbox.BucketSpec{
		Name: b.Labels[0], Region: r.text("region", ""), ReadOnly: r.flag("read_only", false),
	})
}

// never is how a span is written that has no end.
const never = "never"

// span reads a duration, a range of them, or, where it may be, never.
func (r reader) span(name, missing string, mayBeNever bool) sandbox.Span {
	text, at := missing, r.content.MissingItemRange
	if value, place, ok := r.get(name, cty.String); ok {
		text, at = value.AsString(), place
	}
	if text == never {
		if !mayBeNever {
			r.found.add(invalid(at, "Not a duration", "%s cannot be never.", name))
		}
		return sandbox.Span{Never: true}
	}
	from, to, ranged := strings.Cut(text, "..")
	if !ranged {
		to = from
	}
	shortest, problem := parseDuration(at, name, strings.TrimSpace(from), zeroOrMore)
	longest, other := parseDuration(at, name, strings.TrimSpace(to), zeroOrMore)
	switch {
	case problem != nil:
		r.found.add(problem)
	case other != nil:
		r.found.add(other)
	case longest < shortest:
		r.found.add(invalid(at, "Range out of order", "%s goes from %s to %s: the shorter one comes first.", name, shortest, longest))
	}
	return sandbox.Span{Min: shortest, Max: longest}
}
