package sandbox

import (
	"container/heap"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// line is the messages of a queue that nobody has received yet, the oldest first:
//
//	head                                                                  tail
//	[40 organic] [10 × "order 1"] [10 × "order 2"] [3 organic] [10 × "order 3"]
//
// Messages in a row that are alike share one run, so that a million of them cost a few megabytes.
type line struct {
	runs   []run
	head   int // runs before it are used up
	length int
	own    int // how many of them were sent, rather than being the queue's own traffic
}

type run struct {
	first   uint64 // place of the first in the queue
	count   int
	sent    time.Time     // the first
	every   time.Duration // … and each following so much later
	body    string
	attrs   *attributes
	organic bool
}

// attributes are message attributes, shared by the messages that have the same.
type attributes struct {
	values map[string]types.MessageAttributeValue
	md5    string
}

func (r run) continues(last run) bool {
	return r.first == last.first+uint64(last.count) && r.organic == last.organic && r.every == last.every &&
		r.attrs == last.attrs && r.body == last.body && (r.organic || r.sent.Equal(last.sent))
}

func (l *line) push(r run) {
	l.length += r.count
	if !r.organic {
		l.own += r.count
	}
	if n := len(l.runs); n > l.head && r.continues(l.runs[n-1]) {
		l.runs[n-1].count += r.count
		return
	}
	l.runs = append(l.runs, r)
}

// oldest is the place of the first message; ok is false when there is none.
func (l *line) oldest() (place uint64, ok bool) {
	if l.length == 0 {
		return 0, false
	}
	return l.runs[l.head].first, true
}

// take removes up to n messages from the head that are older than before, and says how many those were.
func (l *line) take(n int, before uint64) int {
	taken := 0
	for taken < n && l.length > 0 {
		r := &l.runs[l.head]
		if r.first >= before {
			break
		}
		k := min(n-taken, r.count)
		if room := before - r.first; uint64(k) > room {
			k = int(room)
		}
		l.cut(k)
		taken += k
	}
	return taken
}

// pop removes the first message.
func (l *line) pop() (m *message, ok bool) {
	if l.length == 0 {
		return nil, false
	}
	r := l.runs[l.head]
	l.cut(1)
	return &message{place: r.first, sent: r.sent, body: r.body, attrs: r.attrs, organic: r.organic}, true
}

// cut removes k messages of the first run.
func (l *line) cut(k int) {
	r := &l.runs[l.head]
	l.length -= k
	if !r.organic {
		l.own -= k
	}
	r.first += uint64(k)
	r.count -= k
	r.sent = r.sent.Add(time.Duration(k) * r.every)
	if r.count > 0 {
		return
	}
	*r = run{}
	l.head++
	if l.head == len(l.runs) || l.head > 1024 && l.head > len(l.runs)/2 {
		l.runs = append(l.runs[:0], l.runs[l.head:]...)
		clear(l.runs[len(l.runs):cap(l.runs)])
		l.head = 0
	}
}

// message is one that is known singly: it was received, or delayed, or came from another queue.
type message struct {
	place    uint64 // in the queue: lower is older
	id       string // empty: made from its place
	body     string
	attrs    *attributes
	organic  bool
	from     string // ARN of the queue that gave up on it
	sent     time.Time
	received int
	first    time.Time // received first
	until    time.Time // in flight, or delayed, until then
	where    whereabouts
	index    int // in its pile
}

type whereabouts int

const (
	nowhere whereabouts = iota
	visibleAgain
	inFlight
	notYet // delayed
)

// pile is messages of which the first by some order can be taken at once.
type pile struct {
	messages []*message
	less     func(a, b *message) bool
}

func oldestFirst(a, b *message) bool { return a.place < b.place }

func soonestFirst(a, b *message) bool {
	return a.until.Before(b.until) || a.until.Equal(b.until) && a.place < b.place
}

func (p *pile) first() *message {
	if len(p.messages) == 0 {
		return nil
	}
	return p.messages[0]
}

func (p *pile) add(m *message)    { heap.Push(p, m) }
func (p *pile) remove(m *message) { heap.Remove(p, m.index) }

// Len is how many messages are in the pile.
func (p *pile) Len() int { return len(p.messages) }

// Less orders the pile's messages.
func (p *pile) Less(i, j int) bool { return p.less(p.messages[i], p.messages[j]) }

// Swap exchanges two messages.
func (p *pile) Swap(i, j int) {
	p.messages[i], p.messages[j] = p.messages[j], p.messages[i]
	p.messages[i].index, p.messages[j].index = i, j
}

// Push adds a message at the end, for the heap.
func (p *pile) Push(x any) {
	m := x.(*message)
	m.index = len(p.messages)
	p.messages = append(p.messages, m)
}

// Pop takes the message at the end, for the heap.
func (p *pile) Pop() any {
	last := p.messages[len(p.messages)-1]
	p.messages[len(p.messages)-1] = nil
	p.messages = p.messages[:len(p.messages)-1]
	return last
}
