package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// groups is Auto Scaling, as far as it is imitated.
type groups struct {
	account *Account
	listed  []*group // by name
	byName  map[string]*group
	owners  map[string]*group // by instance id
}

// group keeps as many instances running as it is told to:
//
//	lost ──notices_after──► Unhealthy ──► Terminating ──► off the list
//	                            └───────► Pending ──replaces_after──► InService
type group struct {
	spec       GroupSpec
	block      string
	account    *Account
	desired    int
	most       int
	tags       []tag
	members    []*member   // the oldest first
	activities []*activity // the oldest first
	suspended  []string    // processes, sorted
	launches   int         // names instances and their random streams
	losses     int
}

// member is an instance of a group, as the group sees it.
type member struct {
	instance  *instance
	lifecycle types.LifecycleState
	healthy   bool
	looking   bool // somebody will look after it was lost
}

// activity is a launch or a termination by a group.
type activity struct {
	id, description, cause, message string
	status                          types.ScalingActivityStatusCode
	began, ended                    time.Time
}

// autoscaling builds the groups, with all their instances in service, and answers for them.
func (a *Account) autoscaling(spec Spec) error {
	s := &groups{account: a, byName: map[string]*group{}, owners: map[string]*group{}}
	a.groups = s
	for _, described := range spec.Groups {
		if s.byName[described.Name] != nil {
			return fmt.Errorf("autoscaling_group %q: there are two of that name", described.Name)
		}
		if described.Desired < 0 {
			return fmt.Errorf("autoscaling_group %q: desired is %d", described.Name, described.Desired)
		}
		g := s.build(described)
		s.byName[described.Name], s.listed = g, append(s.listed, g)
	}
	slices.SortFunc(s.listed, func(x, y *group) int { return strings.Compare(x.spec.Name, y.spec.Name) })
	a.instances.lost = s.lost
	s.answer()
	a.pictured("autoscaling", s.snapshot)
	return nil
}

func (s *groups) build(spec GroupSpec) *group {
	g := &group{
		spec: spec, block: "autoscaling_group." + spec.Name, account: s.account, desired: spec.Desired,
		most: max(2*spec.Desired, spec.Desired+1),
		tags: sortedTags(spec.Tags, tag{"aws:autoscaling:groupName", spec.Name}),
	}
	for range spec.Desired {
		g.launches++
		i := s.account.instances.existing(g.name(g.launches), g.block, g.tags)
		g.join(s, i, types.LifecycleStateInService)
		at := s.account.began.Add(-age)
		began := g.records("Launching a new EC2 instance: "+i.id, fmt.Sprintf("At %s an instance was started in response to a "+
			"difference between desired and actual capacity, increasing the capacity from %d to %d.",
			g.says(at), g.launches-1, g.launches))
		began.began, began.ended, began.status = at, at.Add(30*time.Second), types.ScalingActivityStatusCodeSuccessful
	}
	return g
}

// name is the name of the nth instance, of which its id is made.
func (g *group) name(n int) string { return fmt.Sprintf("%s/%d", g.block, n) }

func (g *group) join(s *groups, i *instance, lifecycle types.LifecycleState) *member {
	m := &member{instance: i, lifecycle: lifecycle, healthy: true}
	g.members = append(g.members, m)
	s.owners[i.id] = g
	return m
}

// groupHealthy is how many instances of a group are in service and healthy, as far as the group has noticed.
func (a *Account) groupHealthy(name string) float64 {
	g, known := a.groups.byName[name]
	if !known {
		return 0
	}
	healthy := 0
	for _, m := range g.members {
		if m.healthy && m.lifecycle == types.LifecycleStateInService {
			healthy++
		}
	}
	return float64(healthy)
}

// lost hears of every instance that stops running. A group does not know it yet: it will look.
func (s *groups) lost(id string) {
	g := s.owners[id]
	if g == nil {
		return
	}
	at := slices.IndexFunc(g.members, func(m *member) bool { return m.instance.id == id })
	if at < 0 {
		return
	}
	m := g.members[at]
	if m.looking || m.lifecycle == types.LifecycleStateTerminating {
		return
	}
	g.losses++
	after, ever := g.account.drawNth(g.spec.NoticesAfter, g.block, "notices_after", g.losses)
	if !ever {
		return
	}
	m.looking = true
	g.account.after(after, func() {
		m.looking = false
		g.check()
		g.reconcile()
	})
}

// check marks every instance that is not running as unhealthy. For an instance, there is no way back from that.
func (g *group) check() {
	if g.stopped("HealthCheck") {
		return
	}
	for _, m := range g.members {
		running := g.account.instances.state(m.instance) == ec2types.InstanceStateNameRunning
		if !running && !m.looking && m.lifecycle == types.LifecycleStateInService && g.spec.notices() {
			m.healthy = false
		}
	}
}

func (s GroupSpec) notices() bool { return !s.NoticesAfter.Never }

// reconcile does what its processes may do to have as many healthy instances as desired.
func (g *group) reconcile() {
	replacing := 0
	for _, m := range slices.Clone(g.members) {
		if !m.healthy && m.lifecycle != types.LifecycleStateTerminating && !g.stopped("ReplaceUnhealthy") && !g.stopped("Terminate") {
			g.retire(m, "an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.")
			replacing++
		}
	}
	for surplus := g.capacity() - g.desired; surplus > 0 && !g.stopped("Terminate"); surplus-- {
		g.retire(g.oldest(), "an instance was taken out of service in response to a difference between desired and actual capacity, "+
			fmt.Sprintf("shrinking the capacity from %d to %d.", g.capacity(), g.capacity()-1))
	}
	for missing := g.desired - g.capacity(); missing > 0 && !g.stopped("Launch"); missing-- {
		cause := "an instance was launched in response to an unhealthy instance needing to be replaced."
		if replacing--; replacing < 0 {
			cause = fmt.Sprintf("an instance was started in response to a difference between desired and actual capacity, "+
				"increasing the capacity from %d to %d.", g.capacity(), g.capacity()+1)
		}
		g.launch(cause)
	}
}

// capacity is how many instances the group has or is about to have.
func (g *group) capacity() int {
	n := 0
	for _, m := range g.members {
		if m.lifecycle != types.LifecycleStateTerminating {
			n++
		}
	}
	return n
}

func (g *group) oldest() *member {
	at := slices.IndexFunc(g.members, func(m *member) bool { return m.lifecycle != types.LifecycleStateTerminating })
	return g.members[at]
}

// retire terminates an instance and takes it off the list.
func (g *group) retire(m *member, cause string) {
	m.lifecycle = types.LifecycleStateTerminating
	done := g.records("Terminating EC2 instance: "+m.instance.id, "At "+g.says(g.account.clock.Now())+" "+cause)
	g.account.instances.end(m.instance)
	takes, _ := g.account.draw(between(5*time.Second, 15*time.Second), m.instance.block, "leaves")
	g.account.after(takes, func() {
		g.members = slices.DeleteFunc(g.members, func(other *member) bool { return other == m })
		delete(g.account.groups.owners, m.instance.id)
		g.finish(done, types.ScalingActivityStatusCodeSuccessful)
	})
}

// launch adds an instance that is in service once replaces_after is over.
func (g *group) launch(cause string) {
	g.launches++
	block := g.name(g.launches)
	after, ever := g.account.draw(g.spec.ReplacesAfter, block, "replaces_after")
	cause = "At " + g.says(g.account.clock.Now()) + " " + cause
	if !ever {
		done := g.records("Launching a new EC2 instance", cause)
		done.message = "We currently do not have sufficient capacity in the Availability Zone you requested. Launching EC2 instance failed."
		g.finish(done, types.ScalingActivityStatusCodeFailed)
		return
	}
	boots, _ := g.account.draw(between(5*time.Second, 20*time.Second), block, "boots")
	m := g.join(g.account.groups, g.account.instances.launch(block, g.tags, min(boots, after)), types.LifecycleStatePending)
	done := g.records("Launching a new EC2 instance: "+m.instance.id, cause)
	g.account.after(after, func() { g.arrive(m, done) })
}

// arrive puts a launched instance in service, unless it was lost on the way.
func (g *group) arrive(m *member, done *activity) {
	switch {
	case m.lifecycle != types.LifecycleStatePending: // not wanted any more
		g.finish(done, types.ScalingActivityStatusCodeCancelled)
	case g.account.instances.state(m.instance) != ec2types.InstanceStateNameRunning:
		g.finish(done, types.ScalingActivityStatusCodeFailed)
		m.healthy = false
		g.reconcile()
	default:
		m.lifecycle = types.LifecycleStateInService
		g.finish(done, types.ScalingActivityStatusCodeSuccessful)
	}
}

// records writes the beginning of an activity.
func (g *group) records(description, cause string) *activity {
	a := &activity{
		id: uuid(g.account.seed.Stream(g.block, fmt.Sprint("activity ", len(g.activities)))), description: description, cause: cause,
		status: types.ScalingActivityStatusCodeInProgress, began: g.account.clock.Now(),
	}
	g.activities = append(g.activities, a)
	return a
}

func (g *group) finish(a *activity, status types.ScalingActivityStatusCode) {
	a.status, a.ended = status, g.account.clock.Now()
}

// says is a moment as causes write it.
func (g *group) says(t time.Time) string {
	return g.account.stamp(t).UTC().Format("2006-01-02T15:04:05Z")
}

func (g *group) stopped(process string) bool { return slices.Contains(g.suspended, process) }

// snapshot is what each group wants and has.
func (s *groups) snapshot() any {
	picture := map[string]any{}
	for _, g := range s.listed {
		members := map[string]string{}
		for _, m := range g.members {
			members[m.instance.id] = fmt.Sprintf("%s, healthy %t", m.lifecycle, m.healthy)
		}
		picture[g.spec.Name] = map[string]any{
			"desired": g.desired, "suspended": slices.Clone(g.suspended), "members": members,
		}
	}
	return picture
}
