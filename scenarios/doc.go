// Package scenarios is the language: it makes experiments of scenario files and accounts of sandbox files.
//
//	NAME.hcl ──read──► text ──parse──► blocks ──┬─ names      who is there: targets, faults, checks, guards, asserts
//	                                            ├─ variables  environment → *.auto.hclvars → --var-file, --var
//	                                            ├─ locals     in the order in which they need each other
//	                                            ├─ bodies     checked against the kind's struct, unknowns by their type
//	                                            └─ order      since, after, steps: no cycles, nothing impossible
//	                                                   │
//	                                                   ▼
//	                                        experiments.Experiment ──Build(Known)──► injectors, assertions
//
//	NAME.sandbox.hcl ──read──► text ──parse──► blocks ──► sandbox.Spec
//
// Nothing here talks to AWS. What is known only once targets are resolved and faults planned is unknown with its type
// while a scenario is loaded, and becomes a value when a block is built. Every mistake is a diagnostic with a place in the
// text. Sensitive values are marked from where they enter; marks are taken off only to fill a kind's struct.
package scenarios
