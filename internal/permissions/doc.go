// Package permissions says what an experiment needs to be allowed in AWS, and whether the caller is.
//
//	experiments.Needs ──► grants ──► policies ──► JSON, Terraform, CloudFormation
//	  targets, faults,      │
//	  sources, taps         └──────► preflight: SimulatePrincipalPolicy
//
// Grants are made of what the rows of the tables declare and of the ARNs that the plan knows. What AWS lets a policy narrow an
// action to is a table of its own, from the Service Authorization Reference.
package permissions
