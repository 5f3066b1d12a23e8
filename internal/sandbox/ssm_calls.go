package sandbox

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

func (s *automations) answer() {
	const service = "SSM"
	handle(s.account, service, "DescribeAutomationExecutions", s.describeExecutions)
	handle(s.account, service, "GetAutomationExecution", s.get)
	handle(s.account, service, "StartAutomationExecution", s.startOne)
	handle(s.account, service, "StopAutomationExecution", s.stopOne)
	handle(s.account, service, "DescribeDocument", s.describeDocument)
	handle(s.account, service, "ListDocuments", s.list)
}

const invalidSSM = "ValidationException" // the code of what SSM's models refuse

// describeExecutions lists executions, the newest first, without their parameters: those only get has.
func (s *automations) describeExecutions(_ context.Context, in *ssm.DescribeAutomationExecutionsInput) (*ssm.DescribeAutomationExecutionsOutput, error) {
	size, err := sized(in.MaxResults, 10, 1, 50, invalidSSM, "MaxResults must be from 1 to 50")
	if err != nil {
		return nil, err
	}
	var found []types.AutomationExecutionMetadata
	for _, x := range s.executions {
		fit, err := x.fits(s.account, in.Filters)
		if err != nil {
			return nil, err
		}
		if fit {
			found = append(found, s.metadata(x))
		}
	}
	slices.Reverse(found)
	found, next, err := page(s.account, found, in.NextToken, size)
	return &ssm.DescribeAutomationExecutionsOutput{AutomationExecutionMetadataList: found, NextToken: next}, err
}

// fits says whether each filter has a value that fits the execution.
func (x *execution) fits(a *Account, filters []types.AutomationExecutionFilter) (bool, error) {
	for _, f := range filters {
		if len(f.Values) < 1 || len(f.Values) > 10 {
			return false, failure(invalidSSM, "A filter has from 1 to 10 values")
		}
		fitting := false
		for _, value := range f.Values {
			fit, err := x.has(a, f.Key, value)
			if err != nil {
				return false, err
			}
			fitting = fitting || fit
		}
		if !fitting {
			return false, nil
		}
	}
	return true, nil
}

func (x *execution) has(a *Account, key types.AutomationExecutionFilterKey, value string) (bool, error) {
	switch key {
	case types.AutomationExecutionFilterKeyDocumentNamePrefix:
		return strings.HasPrefix(x.document.spec.Name, value), nil
	case types.AutomationExecutionFilterKeyExecutionStatus:
		return string(x.status) == value, nil
	case types.AutomationExecutionFilterKeyExecutionId:
		return x.id == value, nil
	case types.AutomationExecutionFilterKeyStartTimeAfter, types.AutomationExecutionFilterKeyStartTimeBefore:
		bound, err := time.Parse(time.RFC3339, value)
		if err != nil {
			return false, &types.InvalidFilterValue{Message: aws.String("not a timestamp: " + value)}
		}
		began := *a.stamped(x.began)
		if key == types.AutomationExecutionFilterKeyStartTimeAfter {
			return began.After(bound), nil
		}
		return began.Before(bound), nil
	}
	return false, &types.InvalidFilterKey{Message: aws.String("the sandbox does not know the filter " + string(key))}
}

func (s *automations) metadata(x *execution) types.AutomationExecutionMetadata {
	return types.AutomationExecutionMetadata{
		AutomationExecutionId: aws.String(x.id), DocumentName: aws.String(x.document.spec.Name), DocumentVersion: aws.String("1"),
		AutomationExecutionStatus: x.status, ExecutionStartTime: s.account.stamped(x.began), ExecutionEndTime: s.account.stamped(x.ended),
		ExecutedBy: aws.String(x.by), AutomationType: types.AutomationTypeLocal, Mode: types.ExecutionModeAuto, LogFile: aws.String(""),
		Outputs: map[string][]string{}, FailureMessage: x.failure(),
	}
}

func (x *execution) failure() *string {
	switch x.status {
	case types.AutomationExecutionStatusFailed, types.AutomationExecutionStatusTimedout:
		return aws.String("Step fails when it is Execute/Cancelling action. Status: " + string(x.status))
	}
	return nil
}

func (s *automations) get(_ context.Context, in *ssm.GetAutomationExecutionInput) (*ssm.GetAutomationExecutionOutput, error) {
	x, err := s.find(in.AutomationExecutionId)
	if err != nil {
		return nil, err
	}
	parameters := map[string][]string{}
	for name, values := range x.parameters {
		parameters[name] = slices.Clone(values)
	}
	return &ssm.GetAutomationExecutionOutput{AutomationExecution: &types.AutomationExecution{
		AutomationExecutionId: aws.String(x.id), DocumentName: aws.String(x.document.spec.Name), DocumentVersion: aws.String("1"),
		AutomationExecutionStatus: x.status, ExecutionStartTime: s.account.stamped(x.began), ExecutionEndTime: s.account.stamped(x.ended),
		ExecutedBy: aws.String(x.by), Mode: types.ExecutionModeAuto, Parameters: parameters,
		Outputs: map[string][]string{}, FailureMessage: x.failure(),
	}}, nil
}

func (s *automations) find(id *string) (*execution, error) {
	if x := s.byID[aws.ToString(id)]; x != nil {
		return x, nil
	}
	return nil, &types.AutomationExecutionNotFoundException{Message: aws.String("Automation Execution with ID " + aws.ToString(id) + " does not exist")}
}

func (s *automations) startOne(_ context.Context, in *ssm.StartAutomationExecutionInput) (*ssm.StartAutomationExecutionOutput, error) {
	d := s.byName[aws.ToString(in.DocumentName)]
	if d == nil {
		return nil, &types.AutomationDefinitionNotFoundException{
			Message: aws.String("Automation Definition with Name " + aws.ToString(in.DocumentName) + " cannot be found"),
		}
	}
	x := s.begin(d, maps.Clone(in.Parameters), "arn:aws:iam::"+s.account.ID+":user/sandbox")
	return &ssm.StartAutomationExecutionOutput{AutomationExecutionId: aws.String(x.id)}, nil
}

func (s *automations) stopOne(_ context.Context, in *ssm.StopAutomationExecutionInput) (*ssm.StopAutomationExecutionOutput, error) {
	x, err := s.find(in.AutomationExecutionId)
	if err != nil {
		return nil, err
	}
	if !x.ended.IsZero() {
		return nil, &types.InvalidAutomationStatusUpdateException{Message: aws.String("The execution has ended: " + string(x.status))}
	}
	if !x.stopping {
		s.cancel(x)
	}
	return &ssm.StopAutomationExecutionOutput{}, nil
}

func (s *automations) describeDocument(_ context.Context, in *ssm.DescribeDocumentInput) (*ssm.DescribeDocumentOutput, error) {
	d := s.byName[aws.ToString(in.Name)]
	if d == nil {
		return nil, &types.InvalidDocument{Message: aws.String("Document with name " + aws.ToString(in.Name) + " does not exist.")}
	}
	return &ssm.DescribeDocumentOutput{Document: &types.DocumentDescription{
		Name: aws.String(d.spec.Name), DocumentType: types.DocumentTypeAutomation, DocumentFormat: types.DocumentFormatYaml,
		DocumentVersion: aws.String("1"), DefaultVersion: aws.String("1"), LatestVersion: aws.String("1"),
		Owner: aws.String(s.account.ID), SchemaVersion: aws.String("0.3"), Status: types.DocumentStatusActive,
		CreatedDate: s.account.stamped(s.account.began.Add(-age)),
	}}, nil
}

func (s *automations) list(_ context.Context, in *ssm.ListDocumentsInput) (*ssm.ListDocumentsOutput, error) {
	size, err := sized(in.MaxResults, 10, 1, 50, invalidSSM, "MaxResults must be from 1 to 50")
	if err != nil {
		return nil, err
	}
	var found []types.DocumentIdentifier
	for _, d := range s.documents {
		fit, err := d.fits(s.account, in.Filters)
		if err != nil {
			return nil, err
		}
		if fit {
			found = append(found, types.DocumentIdentifier{
				Name: aws.String(d.spec.Name), DocumentType: types.DocumentTypeAutomation, DocumentFormat: types.DocumentFormatYaml,
				DocumentVersion: aws.String("1"), Owner: aws.String(s.account.ID), SchemaVersion: aws.String("0.3"),
				CreatedDate: s.account.stamped(s.account.began.Add(-age)),
			})
		}
	}
	found, next, err := page(s.account, found, in.NextToken, size)
	return &ssm.ListDocumentsOutput{DocumentIdentifiers: found, NextToken: next}, err
}

// fits says whether each filter has a value that fits the document.
func (d *document) fits(a *Account, filters []types.DocumentKeyValuesFilter) (bool, error) {
	for _, f := range filters {
		var has func(value string) bool
		switch key := aws.ToString(f.Key); key {
		case "Name":
			has = func(value string) bool { return strings.HasPrefix(d.spec.Name, value) }
		case "Owner":
			has = func(value string) bool { return value == "Self" || value == "All" || value == a.ID }
		case "DocumentType":
			has = func(value string) bool { return value == string(types.DocumentTypeAutomation) }
		default:
			return false, &types.InvalidFilterKey{Message: aws.String("the sandbox does not know the filter " + key)}
		}
		if !slices.ContainsFunc(f.Values, has) {
			return false, nil
		}
	}
	return true, nil
}
