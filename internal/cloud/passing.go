package cloud

import "github.com/aws/aws-sdk-go-v2/aws/retry"

// Passing says that the reason of an error may pass, so that the same call may succeed later: AWS throttles, or is broken, or
// no answer came.
func Passing(err error) bool { return err != nil && retry.NewStandard().IsErrorRetryable(err) }

// Throttled says that AWS answered that there are too many calls.
func Throttled(err error) bool { return err != nil && throttled(err) }
