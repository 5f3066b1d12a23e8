// Package wiretest starts AWS emulators that gameday's authors did not write, so that tests see gameday's requests go over
// real HTTP.
//
//	StartFauxqs   SQS, SNS, STS     node, and `npm ci` in this folder
//	StartMoto     EC2, Auto Scaling, SSM, …   python3 with moto[server]
//
// A test skips, and says why, where an emulator is not installed. With GAMEDAY_WIRE=required in the environment it fails.
// Everything listens on 127.0.0.1 only.
package wiretest
