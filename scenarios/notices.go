package scenarios

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"gameday/experiments"
	"gameday/internal/notify"
)

// readNotice reads who is told of what.
func (l *loader) readNotice(b *hcl.Block) {
	if !l.declaredOnce(b) {
		return
	}
	catalog := l.options.Catalogs.Notices
	kind, known := catalog.Find(b.Labels[0])
	if !known {
		l.found.add(unknown(b.LabelRanges[0], "kind of notice", b.Labels[0], namesOf(catalog, func(k notify.Kind) string { return k.Name })))
		return
	}
	fresh := kind.New()
	r := l.reader().body(b, kindSchema(fresh, attributes("on*")...))
	body := l.newKindBody(b, r.content, fresh)
	problems := l.checkNotice(body, fresh)
	l.found.add(problems...)
	notice := notify.Notice{
		Name: b.Labels[1], Kind: kind, Where: where(b), On: l.readOccasions(r),
		Build: func(known experiments.Known) (notify.Channel, error) {
			channel := kind.New()
			return channel, body.fill(known, channel)
		},
	}
	if topic, is := fresh.(*notify.SNS); is && !problems.HasErrors() {
		l.refuseEcho(body, topic.TopicARN)
	}
	l.notices = append(l.notices, notice)
}

// checkNotice finds what is wrong with a notice's values. Fresh is filled with those that are known.
func (l *loader) checkNotice(body *kindBody, fresh notify.Channel) hcl.Diagnostics {
	for _, a := range body.attributes {
		for _, expr := range l.scope.reachable(a.Expr) {
			for _, ref := range references(expr) {
				if ref.root == "target" || ref.root == "inject" {
					return hcl.Diagnostics{invalid(a.Expr.Range(), "Wrong reference",
						"A notice can refer to variables, locals and the run: it is told of a run in which there may be neither targets nor faults.")}
				}
			}
		}
	}
	diags := body.check(fresh)
	if body.incomplete {
		return diags
	}
	if open := l.secretsInTheOpen(body, fresh); open.HasErrors() {
		return open // and no line that shows them
	}
	return diags
}

// secretsInTheOpen refuses secrets that stand in the scenario: its text is journalled. The block's first line is blamed, so
// that they are not printed either.
func (l *loader) secretsInTheOpen(body *kindBody, channel notify.Channel) hcl.Diagnostics {
	values, _ := body.evaluate(l.scope.early)
	var diags hcl.Diagnostics
	for _, a := range body.attributes {
		value, there := values[a.Name]
		if there && value.IsWhollyKnown() && slices.Contains(channel.Secrets(), a.Name) && !value.ContainsMarked() {
			diags = append(diags, invalid(body.header, "Secret in the open",
				"%s is a secret, and the text and the variables of a scenario are kept in the journal. Take it from a variable with sensitive = true, or from env(\"NAME\").", a.Name))
		}
	}
	return diags
}

// readOccasions reads what a notice is told of.
func (l *loader) readOccasions(r reader) []notify.Occasion {
	var words []string
	before := len(r.found.list)
	at, ok := r.into("on", cty.List(cty.String), &words)
	if _, there := r.attribute("on"); there && len(words) == 0 && len(r.found.list) == before {
		l.found.add(invalid(at, "Nothing to tell", "on lists at least one of started, stopped, finished and failed."))
	}
	if !ok {
		return nil
	}
	var occasions []notify.Occasion
	for _, word := range words {
		switch o := notify.Occasion(word); {
		case !slices.Contains(notify.Occasions(), o):
			l.found.add(unknown(at, "occasion", word, namesOf(notify.Occasions(), func(o notify.Occasion) string { return string(o) })))
		case slices.Contains(occasions, o):
			l.found.add(invalid(at, "Duplicate occasion", "%q is there already.", word))
		default:
			occasions = append(occasions, o)
		}
	}
	return occasions
}

// refuseEcho refuses a topic that the scenario itself listens to: it would take gameday's message for the response.
func (l *loader) refuseEcho(body *kindBody, topic string) {
	x := l.experiment
	for _, claim := range slices.Concat(x.Checks, x.Guards, x.Asserts) {
		assertion, err := claim.Build(experiments.Known{})
		if err != nil {
			continue // it is wrong, or depends on the run; no kind learns a topic from that
		}
		for _, source := range assertion.Sources() {
			for _, a := range body.attributes {
				if source.Subject == topic && a.Name == "topic_arn" {
					l.found.add(invalid(a.Expr.Range(), "Topic that is listened to",
						"%q listens to this topic, and would take gameday's own message for the response. Tell of runs on another one.", claim.Name))
					return
				}
			}
		}
	}
}
