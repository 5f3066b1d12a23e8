package injectors

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
)

// newPlan returns a plan with the kind's record of what it found.
func newPlan(targets []string, before, outputs any) (Plan, error) {
	record, err := json.Marshal(before)
	if err != nil {
		return Plan{}, fmt.Errorf("record what was found: %w", err)
	}
	return Plan{Targets: targets, Before: record, Outputs: outputs}, nil
}

// recall reads the kind's record back, whether the plan was just made or comes from a journal.
func (p Plan) recall(into any) error {
	if err := json.Unmarshal(p.Before, into); err != nil {
		return fmt.Errorf("read the plan: %w", err)
	}
	return nil
}

// mark names a run's block on what it makes, so that nobody else's is ever taken for it.
func (e Env) mark() string { return e.Run + "/" + e.Block }

// isCode says whether err is AWS's answer with one of the codes.
func isCode(err error, codes ...string) bool {
	var answer smithy.APIError
	return errors.As(err, &answer) && slices.ContainsFunc(codes, func(code string) bool {
		return answer.ErrorCode() == code || strings.HasSuffix(answer.ErrorCode(), "."+code)
	})
}

// arnOf returns an ARN in the partition of the region.
func arnOf(service, region, account, resource string) string {
	return "arn:" + partitionOf(region) + ":" + service + ":" + region + ":" + account + ":" + resource
}

func partitionOf(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// unique returns the strings sorted, each once.
func unique(all []string) []string {
	sorted := slices.Clone(all)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}

// hashOf returns eight letters and digits that stand for a text in names that AWS restricts.
func hashOf(text string) string {
	hash := sha256.Sum256([]byte(text))
	return hex.EncodeToString(hash[:4])
}
