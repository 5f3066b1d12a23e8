package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// person is who is on call: as much of people as AWS can see.
//
//	page ──► incident open ──escalates_after──► message to escalates_to
//	              │  ▲
//	  acknowledges_after, OK: no escalation
type person struct {
	account   *Account
	spec      OnCallSpec
	paged     string // topic ARN
	escalates string // topic ARN; empty: nobody
	incidents int
	open      *incident
}

type incident struct {
	name, alarm, subject string
	opened               time.Time
	acknowledged         bool
}

// escalation is what is published when nobody acknowledges.
type escalation struct {
	Incident string `json:"incident"`
	OnCall   string `json:"on_call"`
	Status   string `json:"status"`
	Reason   string `json:"reason"`
	Alarm    string `json:"alarm,omitempty"`
	Subject  string `json:"subject,omitempty"`
	OpenedAt string `json:"opened_at"`
}

func (a *Account) onCall(spec Spec) error {
	names := map[string]bool{}
	for _, o := range spec.OnCalls {
		p, err := a.hire(o)
		if err == nil && names[o.Name] {
			err = errors.New("there are two of that name")
		}
		if err != nil {
			return fmt.Errorf("on_call %q: %w", o.Name, err)
		}
		names[o.Name] = true
		t := a.topics.byARN[p.paged]
		t.people = append(t.people, p.read)
	}
	return nil
}

func (a *Account) hire(o OnCallSpec) (*person, error) {
	p := &person{account: a, spec: o, paged: a.topics.topicARN(o.PagedBy.Name)}
	if a.topics.byARN[p.paged] == nil {
		return nil, fmt.Errorf("paged_by: there is no sns_topic %q", o.PagedBy.Name)
	}
	if o.EscalatesTo == nil {
		return p, nil
	}
	p.escalates = a.topics.topicARN(o.EscalatesTo.Name)
	if a.topics.byARN[p.escalates] == nil {
		return nil, fmt.Errorf("escalates_to: there is no sns_topic %q", o.EscalatesTo.Name)
	}
	return p, nil
}

// read is what the person does with a page. While an incident is open, further pages belong to it.
func (p *person) read(subject, message string) {
	var alarm struct{ AlarmName, NewStateValue string }
	_ = json.Unmarshal([]byte(message), &alarm) // A page need not be an alarm's, nor JSON.
	switch {
	case alarm.NewStateValue == "OK":
		if p.open != nil && p.open.alarm == alarm.AlarmName {
			p.open = nil
		}
	case p.open == nil:
		p.begin(alarm.AlarmName, subject)
	}
}

func (p *person) begin(alarm, subject string) {
	p.incidents++
	i := &incident{
		name: fmt.Sprintf("%s-%d", p.spec.Name, p.incidents), alarm: alarm, subject: subject, opened: p.account.clock.Now(),
	}
	p.open = i
	block := "on_call." + i.name
	if d, ever := p.account.draw(p.spec.AcknowledgesAfter, block, "acknowledges_after"); ever {
		p.account.after(d, func() { i.acknowledged = true })
	}
	if d, ever := p.account.draw(p.spec.EscalatesAfter, block, "escalates_after"); ever && p.escalates != "" {
		p.account.after(d, func() { p.escalate(i, d) })
	}
}

// escalate tells the next in line, unless somebody took care meanwhile.
func (p *person) escalate(i *incident, waited time.Duration) {
	if p.open != i || i.acknowledged {
		return
	}
	text, err := json.Marshal(escalation{
		Incident: i.name, OnCall: p.spec.Name, Status: "escalated", Alarm: i.alarm, Subject: i.subject,
		Reason:   fmt.Sprintf("nobody acknowledged within %s", waited.Round(time.Second)),
		OpenedAt: p.account.stamp(i.opened).UTC().Format("2006-01-02T15:04:05.000Z"),
	})
	if err == nil { // Plain strings always encode.
		p.account.publish(p.escalates, "Escalated: "+i.name, string(text))
	}
}
