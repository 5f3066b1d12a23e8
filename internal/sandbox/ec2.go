package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// remembered is how long a terminated instance is still shown.
const remembered = time.Hour

// age is how old everything is that was there before the account's simulation began.
const age = 24 * time.Hour

// instances is EC2, as far as it is imitated.
type instances struct {
	account *Account
	byID    map[string]*instance
	listed  []*instance     // in the order of DescribeInstances: by reservation and id
	lost    func(id string) // told whenever an instance stops running, whoever did it
}

// instance is a machine. Its states are known ahead: those of the future come unless something else happens first.
type instance struct {
	id, block   string // the block names its random streams
	reservation string
	zone, ip    string
	tags        []tag // by key
	launched    time.Time
	states      []change // the oldest first
	drawn       int
}

type tag struct{ key, value string }

// change is a new state of an instance. EC2 is eventually consistent: descriptions show it a little later.
type change struct {
	at, shown time.Time
	state     types.InstanceStateName
}

// ec2 builds the instances outside any group and answers for all.
func (a *Account) ec2(spec Spec) error {
	s := &instances{account: a, byID: map[string]*instance{}, lost: func(string) {}}
	a.instances = s
	for _, i := range spec.Instances {
		block := "ec2_instance." + i.Name
		if _, taken := s.byID[instanceID(block)]; taken {
			return fmt.Errorf("ec2_instance %q: there are two of that name", i.Name)
		}
		tags := sortedTags(i.Tags)
		if _, named := i.Tags["Name"]; !named {
			tags = sortedTags(i.Tags, tag{"Name", i.Name})
		}
		s.existing(block, block, tags)
	}
	handle(a, "EC2", "DescribeInstances", s.describe)
	handle(a, "EC2", "DescribeInstanceStatus", s.describeStatus)
	handle(a, "EC2", "TerminateInstances", s.terminate)
	handle(a, "EC2", "StopInstances", s.stop)
	handle(a, "EC2", "StartInstances", s.start)
	a.pictured("ec2", s.snapshot)
	return nil
}

// existing adds an instance that has long been running.
func (s *instances) existing(block, reservation string, tags []tag) *instance {
	i := s.add(block, reservation, tags, s.account.began.Add(-age))
	i.states = []change{{i.launched, i.launched, types.InstanceStateNameRunning}}
	return i
}

// launch adds an instance now, which is running after pending.
func (s *instances) launch(block string, tags []tag, pending time.Duration) *instance {
	i := s.add(block, block, tags, s.account.clock.Now())
	s.becomes(i, types.InstanceStateNamePending, 0)
	s.becomes(i, types.InstanceStateNameRunning, pending)
	return i
}

func (s *instances) add(block, reservation string, tags []tag, launched time.Time) *instance {
	digest := sha256.Sum256([]byte(block))
	i := &instance{
		id: instanceID(block), block: block, reservation: "r-" + hexID(reservation), tags: tags, launched: launched,
		zone: s.account.Region + string(rune('a'+digest[0]%3)),
		ip:   fmt.Sprintf("10.0.%d.%d", digest[1], 4+digest[2]%250),
	}
	s.byID[i.id] = i
	at := sort.Search(len(s.listed), func(n int) bool { return !before(s.listed[n], i) })
	s.listed = slices.Insert(s.listed, at, i)
	return i
}

func before(x, y *instance) bool {
	if x.reservation != y.reservation {
		return x.reservation < y.reservation
	}
	return x.id < y.id
}

func instanceID(block string) string { return "i-" + hexID(block) }

// hexID is the number of an EC2 resource: 17 hexadecimal digits that a name always gets.
func hexID(name string) string {
	digest := sha256.Sum256([]byte(name))
	return hex.EncodeToString(digest[:])[:17]
}

func sortedTags(tags map[string]string, more ...tag) []tag {
	list := slices.Clone(more)
	for key, value := range tags {
		list = append(list, tag{key, value})
	}
	slices.SortFunc(list, func(x, y tag) int { return strings.Compare(x.key, y.key) })
	return list
}

// becomes has the instance be in a state, d from now.
func (s *instances) becomes(i *instance, state types.InstanceStateName, d time.Duration) {
	i.drawn++
	lag, _ := s.account.drawNth(between(0, time.Second), i.block, "shown "+string(state), i.drawn)
	at := s.account.clock.Now().Add(d)
	i.states = append(i.states, change{at, at.Add(lag), state})
}

// takes draws how long the instance takes to come out of a state.
func (s *instances) takes(i *instance, state types.InstanceStateName, span Span) time.Duration {
	i.drawn++
	d, _ := s.account.drawNth(span, i.block, string(state), i.drawn)
	return d
}

// forget drops what had been going to happen.
func (i *instance) forget(now time.Time) {
	i.states = slices.DeleteFunc(i.states, func(c change) bool { return c.at.After(now) })
}

// state is the true state.
func (s *instances) state(i *instance) types.InstanceStateName {
	return i.latest(func(c change) bool { return !c.at.After(s.account.clock.Now()) }).state
}

// shown is the state that descriptions show; no state when they do not show the instance at all.
func (s *instances) shown(i *instance) change {
	now := s.account.clock.Now()
	c := i.latest(func(c change) bool { return !c.shown.After(now) })
	if c.state == types.InstanceStateNameTerminated && now.Sub(c.at) > remembered {
		return change{}
	}
	return c
}

func (i *instance) latest(when func(change) bool) change {
	for n := len(i.states) - 1; n >= 0; n-- {
		if when(i.states[n]) {
			return i.states[n]
		}
	}
	return change{}
}

// snapshot is the state of every instance that survives.
func (s *instances) snapshot() any {
	picture := map[string]string{}
	for _, i := range s.listed {
		switch state := s.state(i); state {
		case types.InstanceStateNameShuttingDown, types.InstanceStateNameTerminated:
		default:
			picture[i.id] = string(state)
		}
	}
	return picture
}
