package scenarios

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // policies name time zones, and not every host knows them

	"github.com/hashicorp/hcl/v2"

	"gameday/experiments"
	"gameday/injectors"
)

// LoadPolicy reads a policy file: HCL, or JSON where its name ends in .json. Its error is a *Diagnostics.
func LoadPolicy(path string, catalog injectors.Catalog) (*experiments.Policy, error) {
	files, found := texts{}, &findings{}
	s := newScope(files, func(string) (string, bool) { return "", false })
	s.closed = "A policy has no values to refer to."
	s.early = &hcl.EvalContext{Functions: s.functions}
	p := &policy{reader: reader{scope: s, found: found}, catalog: catalog, path: path}
	if file := files.parse(path, found); file != nil {
		p.read(file)
	}
	failure, _ := found.report(files)
	if failure != nil {
		return nil, failure
	}
	return &p.policy, nil
}

// policy reads one policy file.
type policy struct {
	reader
	catalog injectors.Catalog
	path    string
	policy  experiments.Policy
}

func (p *policy) read(file *hcl.File) {
	names := append(limitAttributes(), "accounts", "regions", "kinds", "protected_tags")
	content, diags := file.Body.Content(&hcl.BodySchema{
		Attributes: attributes(names...), Blocks: []hcl.BlockHeaderSchema{{Type: "window"}, {Type: "freeze"}},
	})
	p.found.add(diags...)
	if p.content = content; len(content.Attributes)+len(content.Blocks) == 0 && !diags.HasErrors() {
		p.found.add(invalid(top(p.path), "Empty policy", "A policy that limits nothing is a mistake."))
	}
	sum := sha256.Sum256(file.Bytes)
	p.policy = experiments.Policy{
		Limits: p.limits("the policy", experiments.RuleProtected), Path: p.path, SHA256: hex.EncodeToString(sum[:]),
	}
	kinds := namesOf(p.catalog.Kinds, func(k injectors.Kind) string { return k.Name })
	p.only(experiments.RuleAccounts, func(at hcl.Range, account string) {
		if !isAccount(account) {
			p.found.add(invalid(at, "Not an account", "The number of an AWS account has twelve digits."))
		}
	})
	p.only(experiments.RuleRegions, func(at hcl.Range, region string) {
		if strings.TrimSpace(region) == "" {
			p.found.add(invalid(at, "Not a region", "A region is called, for example, eu-west-1."))
		}
	})
	p.only(experiments.RuleKinds, func(at hcl.Range, kind string) {
		if _, known := p.catalog.Find(kind); !known {
			p.found.add(unknown(at, "kind of fault", kind, kinds))
		}
	})
	for _, b := range content.Blocks.OfType("window") {
		p.policy.Windows = append(p.policy.Windows, p.window(b))
	}
	for _, b := range content.Blocks.OfType("freeze") {
		p.policy.Freezes = append(p.policy.Freezes, p.freeze(b))
	}
}

// only reads a list of what alone is allowed.
func (p *policy) only(rule experiments.Rule, check func(hcl.Range, string)) {
	a, there := p.attribute(string(rule))
	if !there {
		return
	}
	before := len(p.found.list)
	allowed := p.texts(string(rule))
	if len(allowed) == 0 && len(p.found.list) == before {
		p.found.add(invalid(a.Expr.Range(), "Nothing is allowed", "%s lists what is allowed; leave it away to allow all.", rule))
	}
	for _, one := range allowed {
		check(a.Expr.Range(), one)
	}
	p.policy.Only[rule] = allowed
}

// window reads a part of the week.
func (p *policy) window(b *hcl.Block) experiments.Window {
	r := p.body(b, &hcl.BodySchema{Attributes: attributes("days", "from", "to", "time_zone")})
	w := experiments.Window{Zone: r.zone(), Where: where(b), From: r.hour("from", 0), To: r.hour("to", 24*time.Hour)}
	days := r.texts("days")
	a, there := r.attribute("days")
	if there && len(days) == 0 && !r.found.list.HasErrors() {
		r.found.add(invalid(a.Expr.Range(), "No days", "days lists the days on which the window opens; leave it away for every day."))
	}
	for _, name := range days {
		day, known := weekdays()[strings.ToLower(name)]
		if !known {
			r.found.add(unknown(a.Expr.Range(), "day", name, []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}))
			continue
		}
		w.Days = append(w.Days, day)
	}
	if w.From == w.To {
		r.found.add(invalid(b.DefRange, "Empty window", "It closes when it opens. A window over midnight has a to that is earlier than its from."))
	}
	return w
}

// weekdays are the days by their names, short and long.
func weekdays() map[string]time.Weekday {
	days := map[string]time.Weekday{}
	for day := time.Sunday; day <= time.Saturday; day++ {
		name := strings.ToLower(day.String())
		days[name], days[name[:3]] = day, day
	}
	return days
}

// zone reads the name of a time zone; missing: UTC.
func (r reader) zone() *time.Location {
	name := r.text("time_zone", "UTC")
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		if a, there := r.attribute("time_zone"); there {
			r.found.add(invalid(a.Expr.Range(), "Unknown time zone", "%q is not a name of the IANA time zone database, such as Europe/Berlin.", name))
		}
		return time.UTC
	}
	return zone
}

// hour reads a time of the day, such as "09:30"; "24:00" is the end of the day.
func (r reader) hour(name string, missing time.Duration) time.Duration {
	text := r.text(name, "")
	a, there := r.attribute(name)
	if !there || text == "" && r.found.list.HasErrors() {
		return missing
	}
	if text == "24:00" && name == "to" {
		return 24 * time.Hour
	}
	hours, minutes, found := strings.Cut(text, ":")
	h, badHour := strconv.ParseUint(hours, 10, 8)
	m, badMinute := strconv.ParseUint(minutes, 10, 8)
	if !found || badHour != nil || badMinute != nil || len(minutes) != 2 || len(hours) > 2 || h > 23 || m > 59 {
		r.found.add(invalid(a.Expr.Range(), "Not a time of the day", "%s is %q. A time of the day looks like \"09:30\".", name, text))
		return missing
	}
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
}

// freeze reads days without faults.
func (p *policy) freeze(b *hcl.Block) experiments.Freeze {
	r := p.body(b, &hcl.BodySchema{Attributes: attributes("from*", "to*", "time_zone", "reason")})
	f := experiments.Freeze{From: r.date("from"), To: r.date("to"), Zone: r.zone(), Reason: r.text("reason", ""), Where: where(b)}
	if f.From > f.To && f.To != "" {
		r.found.add(invalid(b.DefRange, "Empty freeze", "It ends on %s, before it begins on %s.", f.To, f.From))
	}
	return f
}

// date reads a day, such as "2026-12-18".
func (r reader) date(name string) string {
	text := r.text(name, "")
	a, there := r.attribute(name)
	if !there || text == "" && r.found.list.HasErrors() {
		return ""
	}
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		r.found.add(invalid(a.Expr.Range(), "Not a date", "%s is %q. A date looks like \"2026-12-18\".", name, text))
		return ""
	}
	return text
}
