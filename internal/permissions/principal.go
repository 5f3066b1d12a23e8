package permissions

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
)

// principal is whom IAM can be asked about, for a caller as STS names it.
type principal struct {
	arn  string
	role string // the role's name, where its path is not known
	not  string // why IAM cannot be asked; "": it can
}

// principalOf turns the ARN of a session into that of the role behind it. Such ARNs leave the role's path away.
func principalOf(caller string) principal {
	is, err := arn.Parse(caller)
	if err != nil {
		return principal{not: "STS names the caller " + caller}
	}
	kind, rest, _ := strings.Cut(is.Resource, "/")
	switch {
	case is.Service == "iam" && (kind == "user" || kind == "role") && rest != "":
		return principal{arn: caller}
	case is.Service == "iam" && is.Resource == "root":
		return principal{not: "the caller is the account's root user"}
	case is.Service == "sts" && kind == "assumed-role":
		name, _, _ := strings.Cut(rest, "/")
		is.Service, is.Resource = "iam", "role/"+name
		return principal{arn: is.String(), role: name}
	case is.Service == "sts" && kind == "federated-user":
		return principal{not: "the caller is a federated user"}
	}
	return principal{not: "the caller is " + caller}
}
