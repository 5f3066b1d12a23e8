// Package reference tells what can be written in a scenario: every kind with its attributes, outputs and permissions; and in
// a sandbox file: every block.
//
//	the tables ──reflection over tags──► Entries ──► Text (gameday kinds), Markdown (docs/reference.md)
//
// What a kind takes is read from the struct that is decoded, so the reference cannot say anything else than the language.
package reference
