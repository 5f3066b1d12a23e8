package cloud

import "strings"

// reads are the beginnings of the names of operations that change nothing.
func reads() []string {
	return []string{"Describe", "Get", "List", "Receive", "Lookup", "Simulate", "Search", "Query", "Scan", "Head", "Assume", "Decode"}
}

// mutates says whether a request of that operation may change something in the account.
func mutates(operation string) bool {
	for _, verb := range reads() {
		if strings.HasPrefix(operation, verb) {
			return false
		}
	}
	return true
}

// Mutates says whether what an IAM action such as "sqs:SendMessage" allows may change something in the account.
func Mutates(action string) bool {
	_, operation, _ := strings.Cut(action, ":")
	return mutates(operation)
}

// prefix returns the service's name in IAM actions, from its id in the SDK.
func prefix(serviceID string) string {
	return strings.ToLower(strings.ReplaceAll(serviceID, " ", ""))
}

// action returns the IAM action that allows the operation, or "" where none is needed. Batches have no actions of their
// own, and lists are one action in S3 (Service Authorization Reference, "Actions, resources, and condition keys for Amazon
// SQS", "… for Amazon SNS", "… for Amazon S3").
func (a api) action() string {
	if a.service == "sts" && a.operation == "GetCallerIdentity" {
		return ""
	}
	operation := a.operation
	if a.service == "s3" && operation == "ListObjectsV2" {
		operation = "ListBucket"
	}
	if a.service == "sqs" || a.service == "sns" {
		operation = strings.TrimSuffix(operation, "Batch")
	}
	return a.service + ":" + operation
}
