package scenarios

import "slices"

// graph says what has to come before what. Its nodes keep the order in which they were added, so that what is derived
// from it is the same every time.
type graph struct {
	nodes []string
	needs map[string][]string
}

func newGraph() *graph { return &graph{needs: map[string][]string{}} }

// add puts a node into the graph, and what it needs.
func (g *graph) add(node string, needs ...string) {
	if _, there := g.needs[node]; !there {
		g.nodes = append(g.nodes, node)
	}
	g.needs[node] = append(g.needs[node], needs...)
}

// order returns the nodes, each after what it needs, otherwise as they were added; or the first cycle, beginning and
// ending with the same node.
func (g *graph) order() (sorted, cycle []string) {
	const begun, done = 1, 2
	state := map[string]int{}
	var path []string
	var visit func(node string) bool
	visit = func(node string) bool {
		switch state[node] {
		case done:
			return true
		case begun:
			cycle = append(slices.Clone(path[slices.Index(path, node):]), node)
			return false
		}
		state[node] = begun
		path = append(path, node)
		for _, need := range g.needs[node] {
			if !visit(need) {
				return false
			}
		}
		path = path[:len(path)-1]
		state[node] = done
		sorted = append(sorted, node)
		return true
	}
	for _, node := range g.nodes {
		if !visit(node) {
			return nil, cycle
		}
	}
	return sorted, nil
}

// reach returns everything that a node needs, directly or through others.
func (g *graph) reach(from string) map[string]bool {
	seen := map[string]bool{}
	var visit func(node string)
	visit = func(node string) {
		for _, need := range g.needs[node] {
			if !seen[need] {
				seen[need] = true
				visit(need)
			}
		}
	}
	visit(from)
	return seen
}
