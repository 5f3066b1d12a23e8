package cloud

import "regexp"

// Brief shortens the text of an error of the SDK to what a person needs of it: the operation, AWS's code and message. A
// journal keeps the whole text, with the request's id.
func Brief(text string) string {
	for _, c := range chaff() {
		text = regexp.MustCompile(c.pattern).ReplaceAllString(text, c.instead)
	}
	return text
}

// chaff is what an error of the SDK says that helps nobody at a terminal, and what to say instead.
func chaff() []struct{ pattern, instead string } {
	return []struct{ pattern, instead string }{
		{`(get identity: get credentials: )?find credentials: [^\n]*no EC2 IMDS role found[^\n]*`, "no credentials were found"},
		{`get identity: get credentials: `, ""},
		{`failed to refresh cached credentials, `, ""},
		{`operation error ([\w ]+): (\w+), `, "$1 $2: "},
		{`exceeded maximum number of attempts, \d+, `, ""},
		{`https? response error StatusCode: \d+(, RequestID: [^,]*)?(, HostID: [^,]*)?, `, ""},
		{`\bapi error (\S+): `, "$1: "},
		{`request send failed, `, ""},
		{`\b\w+ "(https?://[^"]+)": dial tcp \S+ connect: `, "$1: "},
		{`\b\w+ "https?://[^"]+": dial tcp: `, ""},
		{` ?Encoded authorization failure message: \S+`, ""},
	}
}
