package experiments

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// recordVersion is the version of the journal's lines.
const recordVersion = 1

type envelope struct {
	V    int       `json:"v"`
	Seq  int       `json:"seq"`
	Time time.Time `json:"time"`
	Type string    `json:"type"`
}

// MarshalJSON writes the record as one flat object: {"v":1,"seq":n,"time":…,"type":"fault.injecting",…}.
func (r Record) MarshalJSON() ([]byte, error) {
	head, err := json.Marshal(envelope{recordVersion, r.Seq, r.Time.UTC(), r.Event.Type()})
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(r.Event)
	if err != nil {
		return nil, fmt.Errorf("write event %s: %w", r.Event.Type(), err)
	}
	if bytes.Equal(body, []byte("{}")) {
		return head, nil
	}
	return append(append(head[:len(head)-1], ','), body[1:]...), nil
}

// UnmarshalJSON reads what MarshalJSON wrote. The event is a value, not a pointer.
func (r *Record) UnmarshalJSON(text []byte) error {
	var head envelope
	if err := json.Unmarshal(text, &head); err != nil {
		return err
	}
	if head.V != recordVersion {
		return fmt.Errorf("journal version %d is not known to this gameday", head.V)
	}
	reader, known := readers()[head.Type]
	if !known {
		return fmt.Errorf("event type %q is not known to this gameday", head.Type)
	}
	event, err := reader(text)
	if err != nil {
		return fmt.Errorf("read event %s: %w", head.Type, err)
	}
	r.Seq, r.Time, r.Event = head.Seq, head.Time, event
	return nil
}
