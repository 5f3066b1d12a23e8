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

// prefix returns the service's name in IAM actions, from its id in the SDK.
func prefix(serviceID string) string {
	return strings.ToLower(strings.ReplaceAll(serviceID, " ", ""))
}

// action returns the IAM action that allows the operation, or "" where none is needed. Batches have no actions of their
// own (Service Authorization Reference, "Actions, resources, and condition keys for Amazon SQS" and "… for Amazon SNS").
func (a api) action() string {
	if a.service == "sts" && a.operation == "GetCallerIdentity" {
		return ""
	}
	operation := a.operation
	if a.service == "sqs" || a.service == "sns" {
		operation = strings.TrimSuffix(operation, "Batch")
	}
	return a.service + ":" + operation
}
