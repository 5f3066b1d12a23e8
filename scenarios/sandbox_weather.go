package scenarios

import (
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"gameday/internal/sandbox"
)

// weatherBlock is not a thing of the account, so it may stand there as often as one likes.
const weatherBlock = "weather"

// mostSkew is how far two clocks can be apart before AWS refuses signatures (IAM User Guide, "Troubleshoot Signature Version
// 4 requests").
const mostSkew = 5 * time.Minute

// readWeather reads what goes wrong between clients and a service of the account:
//
//	weather "sqs:SendMessage" {
//	  throttle = 0.2
//	  latency  = "0s..3s"
//	  from     = "2m"
//	}
func (a *account) readWeather(r reader, b *hcl.Block) {
	w := sandbox.Weather{
		Services: a.services(b.Labels[0], b.LabelRanges[0]), Latency: r.span("latency", "0s", false),
		Throttle: r.rate("throttle"), Error: r.rate("error"), Lose: r.rate("lose"), Double: r.rate("double"), Reorder: r.rate("reorder"),
		From: r.duration("from", 0, zeroOrMore), Until: r.duration("to", 0, moreThanZero),
	}
	if attribute, there := r.attribute("to"); there && w.Until > 0 && w.Until <= w.From {
		a.found.add(invalid(attribute.Expr.Range(), "Weather ends before it begins", "It goes from %s to %s.", w.From, w.Until))
	}
	if !slices.ContainsFunc([]string{"throttle", "error", "lose", "double", "reorder", "latency"}, func(name string) bool {
		_, there := r.attribute(name)
		return there
	}) {
		a.found.add(invalid(b.DefRange, "Weather without effect", "Say what goes wrong: throttle, error, lose, double, reorder or latency."))
	}
	a.spec.Weather = append(a.spec.Weather, w)
}

// services returns what the account calls the service, or the operations, that a weather holds for. None: all.
func (a *account) services(label string, at hcl.Range) []string {
	if label == "*" {
		return nil
	}
	prefix, operation, narrowed := strings.Cut(label, ":")
	known, within := map[string]string{}, []string{}
	for _, full := range sandbox.Operations() {
		service, name, _ := strings.Cut(full, ".")
		short := strings.ToLower(strings.ReplaceAll(service, " ", ""))
		known[short] = service
		if short == prefix {
			within = append(within, name)
		}
	}
	service, there := known[prefix]
	if !there {
		a.found.add(unknown(at, "service", prefix, append(sortedNames(known), "*")))
		return nil
	}
	if !narrowed {
		return []string{service}
	}
	if !slices.Contains(within, operation) {
		a.found.add(unknown(at, "operation of "+prefix, operation, within))
		return nil
	}
	names := []string{service + "." + operation}
	if batch := operation + "Batch"; slices.Contains(within, batch) { // as IAM's actions do
		names = append(names, service+"."+batch)
	}
	return names
}

// rate reads how often something happens: from 0, never, to 1, always.
func (r reader) rate(name string) float64 {
	var rate float64
	if at, ok := r.into(name, cty.Number, &rate); ok && (rate < 0 || rate > 1) {
		r.found.add(invalid(at, "Rate out of range", "%s is how often it happens: from 0, never, to 1, always.", name))
		return 0
	}
	return rate
}

// skew reads how far the account's clock is ahead of the host's; it may be behind.
func (a *account) skew(r reader) time.Duration {
	value, at, ok := r.get("skew", cty.String)
	if !ok {
		return 0
	}
	ahead, behind := strings.CutPrefix(value.AsString(), "-")
	d, problem := parseDuration(at, "skew", ahead, zeroOrMore)
	switch {
	case problem != nil:
		a.found.add(problem)
		return 0
	case d > mostSkew:
		a.found.add(invalid(at, "Clocks too far apart", "AWS refuses calls of whoever's clock is more than %s wrong.", "five minutes"))
		return 0
	case behind:
		return -d
	}
	return d
}
