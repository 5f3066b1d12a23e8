package report

import (
	"bytes"
	"encoding/json"
	"strings"

	"gameday/experiments"
)

// bytesOf writes everything for terminals of a run in whose every text stands evil.
func bytesOf(records []experiments.Record, evil string) ([]byte, error) {
	quoted, err := json.Marshal(evil)
	if err != nil {
		return nil, err
	}
	within := string(quoted[1 : len(quoted)-1])
	var changed []experiments.Record
	for _, r := range records {
		text, err := json.Marshal(r)
		if err != nil {
			return nil, err
		}
		// Free text of AWS, of people and of scenarios, and the names in it.
		for _, word := range []string{"orders pile up", "ALARM", "OK", "Throttling", "AccessDenied", "visible", "acknowledged", "checkout.hcl", "flood", "page-primary", "i-0c", "alarm is quiet"} {
			text = []byte(strings.ReplaceAll(string(text), word, word+within))
		}
		var record experiments.Record
		if err := json.Unmarshal(text, &record); err != nil {
			return nil, err
		}
		changed = append(changed, record)
	}
	var out bytes.Buffer
	if err := Human(&out, changed, HumanOptions{Style: Style{Width: 100}}); err != nil {
		return nil, err
	}
	for _, r := range changed {
		if plan, is := r.Event.(experiments.PlanMade); is {
			if err := Plan(&out, started(), plan, Style{Width: 100}); err != nil {
				return nil, err
			}
		}
	}
	out.Write(progress(Style{Width: 100}, false, changed))
	if err := Runs(&out, []Row{{Run: "x" + evil, Summary: experiments.Summarize(changed)}}, Style{Width: 100}); err != nil {
		return nil, err
	}
	lines := NewJSONLines(&out)
	for _, r := range changed {
		lines.Report(r)
	}
	return out.Bytes(), Summary(&out, experiments.Summarize(changed))
}
