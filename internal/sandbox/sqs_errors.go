package sandbox

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// SQS speaks JSON and keeps the codes of its former protocol in a header, from where the SDK takes them.

func noQueue() error {
	return &types.QueueDoesNotExist{
		ErrorCodeOverride: aws.String("AWS.SimpleQueueService.NonExistentQueue"),
		Message:           aws.String("The specified queue does not exist."),
	}
}

func invalidHandle(handle string) error {
	return &types.ReceiptHandleIsInvalid{Message: aws.String("The input receipt handle \"" + handle + "\" is not a valid receipt handle.")}
}

func notInFlight(q *queue) error {
	return &types.MessageNotInflight{
		ErrorCodeOverride: aws.String("AWS.SimpleQueueService.MessageNotInflight"),
		Message:           aws.String("Message does not exist or is not available for visibility timeout change in " + q.name + "."),
	}
}

func overLimit(message string) error { return &types.OverLimit{Message: aws.String(message)} }

func invalidAttribute(name, reason string) error {
	return &types.InvalidAttributeValue{Message: aws.String("Invalid value for the parameter " + name + ". Reason: " + reason)}
}

// checkBatch checks what all batches have in common: 1 to 10 entries with ids of their own.
func checkBatch(ids []*string) error {
	if len(ids) == 0 {
		return &types.EmptyBatchRequest{
			ErrorCodeOverride: aws.String("AWS.SimpleQueueService.EmptyBatchRequest"),
			Message:           aws.String("There should be at least one entry in the request."),
		}
	}
	if len(ids) > 10 {
		return &types.TooManyEntriesInBatchRequest{
			ErrorCodeOverride: aws.String("AWS.SimpleQueueService.TooManyEntriesInBatchRequest"),
			Message:           aws.String("Maximum number of entries per request are 10."),
		}
	}
	seen := map[string]bool{}
	for _, id := range ids {
		if seen[*id] {
			return &types.BatchEntryIdsNotDistinct{
				ErrorCodeOverride: aws.String("AWS.SimpleQueueService.BatchEntryIdsNotDistinct"),
				Message:           aws.String("Id " + *id + " repeated."),
			}
		}
		seen[*id] = true
		if !validEntryID(*id) {
			return &types.InvalidBatchEntryId{
				ErrorCodeOverride: aws.String("AWS.SimpleQueueService.InvalidBatchEntryId"),
				Message:           aws.String("A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long."),
			}
		}
	}
	return nil
}

func validEntryID(id string) bool {
	if len(id) == 0 || len(id) > 80 {
		return false
	}
	for _, c := range []byte(id) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// failed is an entry of a batch that was not done.
func failed(id *string, err error) types.BatchResultErrorEntry {
	code, message, ours := describe(err)
	return types.BatchResultErrorEntry{Id: id, Code: &code, Message: &message, SenderFault: !ours}
}
