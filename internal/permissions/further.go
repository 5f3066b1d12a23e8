package permissions

import (
	"slices"
	"strings"

	"gameday/experiments"
	"gameday/internal/cloud"
)

// Further returns what else has to be allowed, on the resources of these ARNs and in the place of these needs.
func Further(needs experiments.Needs, purpose Purpose, actions, arns []string) []Grant {
	b := &builder{needs: needs}
	b.allow(purpose, actions, b.pinned(arns))
	return b.grants()
}

// Below returns what has to be allowed to keep a journal below a place in S3: its actions on the objects there, and those on
// the bucket as far as they are about them.
func Below(needs experiments.Needs, place cloud.S3URL, actions []string) []Grant {
	b := &builder{needs: needs}
	bucket := b.arn("s3", needs.Region, "", place.Bucket)
	bucket = strings.Replace(bucket, ":"+needs.Region+":", "::", 1) // names of buckets are the world's
	keys := place.Join("").Prefix
	for _, action := range actions {
		g := Grant{
			Purpose: Journal, Actions: []string{action}, Resources: []string{bucket + "/" + keys + "*"},
			Examples: []string{bucket + "/" + keys + "preflight"},
		}
		if strings.HasSuffix(action, "Bucket") {
			g.Resources, g.Examples = []string{bucket}, []string{bucket}
			if keys != "" {
				g.Conditions = []Condition{{"StringLike", "s3:prefix", []string{keys + "*"}}}
			}
		}
		b.add(g)
	}
	return b.grants()
}

// Join returns the grants of all parts, in the order of their purposes.
func Join(parts ...[]Grant) []Grant {
	all := slices.Concat(parts...)
	slices.SortStableFunc(all, byPurpose)
	return all
}
