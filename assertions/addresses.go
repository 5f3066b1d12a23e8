package assertions

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
)

// noTopic is the problem of an attribute that must hold the ARN of an SNS topic.
func noTopic(attribute, value string) []Problem {
	topic, err := arn.Parse(value)
	wrong := ""
	switch {
	case err != nil:
		wrong = fmt.Sprintf("%q is no ARN.", value)
	case topic.Service != "sns":
		wrong = fmt.Sprintf("%q is an ARN of %s, not of SNS.", value, called(topic.Service))
	case topic.Region == "" || topic.AccountID == "" || topic.Resource == "" || strings.Contains(topic.Resource, ":"):
		wrong = fmt.Sprintf("%q is not the ARN of a topic.", value)
	default:
		return nil
	}
	return []Problem{{
		Attribute: attribute, Summary: "Not a topic",
		Detail: wrong + " An ARN of a topic looks like arn:aws:sns:eu-west-1:111122223333:NAME.",
	}}
}

func called(service string) string {
	if service == "" {
		return "no service"
	}
	return service
}

// noQueue is the problem of an attribute that must hold the URL of an SQS queue, at AWS or at an emulator.
func noQueue(attribute, value string) []Problem {
	at, err := url.Parse(value)
	wrong := ""
	switch {
	case strings.HasPrefix(value, "arn:"):
		wrong = fmt.Sprintf("%q is an ARN; a queue's URL is needed.", value)
	case err != nil || at.Host == "" || at.Scheme != "https" && at.Scheme != "http":
		wrong = fmt.Sprintf("%q is no URL.", value)
	case strings.Trim(at.Path, "/") == "":
		wrong = fmt.Sprintf("%q names no queue.", value)
	case otherService(at.Hostname()):
		wrong = fmt.Sprintf("%q is the address of another service than SQS.", value)
	default:
		return nil
	}
	return []Problem{{
		Attribute: attribute, Summary: "Not a queue's URL",
		Detail: wrong + " A queue's URL looks like https://sqs.eu-west-1.amazonaws.com/111122223333/NAME.",
	}}
}

// otherService says whether a host is AWS's, but not SQS's: sqs.REGION.…, VPC endpoints of it, or queue.… of old.
func otherService(host string) bool {
	for _, suffix := range []string{".amazonaws.com", ".amazonaws.com.cn"} {
		if name, its := strings.CutSuffix(host, suffix); its {
			return !strings.Contains(name, "sqs") && !strings.HasSuffix(name, "queue")
		}
	}
	return false
}
