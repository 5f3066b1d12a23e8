// Package wiretest starts AWS emulators that gameday's authors did not write, so that tests see gameday's requests go over
// real HTTP, from its packages and from the built command.
//
//	StartFauxqs   SQS, SNS, STS             node, and `npm ci` in this folder
//	StartMoto     EC2, Auto Scaling, STS …  python3 with moto[server]
//
//	gameday run, killed or interrupted ──► proxy, which takes the times ──► emulator ◄── the test's own SDK clients
//
// The tests run with GAMEDAY_WIRE=1 in the environment; one whose emulator is not installed skips, and says why. With
// GAMEDAY_WIRE=required it fails. Everything listens on 127.0.0.1 only.
package wiretest
