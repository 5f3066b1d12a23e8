package scenarios

import (
	"github.com/hashicorp/hcl/v2"

	"gameday/internal/cloud"
)

// readJournal reads where the journal is kept besides the run folder.
func (l *loader) readJournal(b *hcl.Block) {
	r := l.reader().body(b, &hcl.BodySchema{Attributes: attributes("s3*")})
	text := r.text("s3", "")
	attribute, there := r.attribute("s3")
	if !there || text == "" && l.found.list.HasErrors() {
		return
	}
	if _, err := cloud.ParseS3URL(text); err != nil {
		l.found.add(invalid(attribute.Expr.Range(), "Not a place in S3", "%s Write s3://BUCKET or s3://BUCKET/PREFIX.", sentence(err.Error())))
		return
	}
	l.experiment.Journal = text
}
