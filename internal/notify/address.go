package notify

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// hostOf returns what may be shown of an address.
func hostOf(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" {
		return "an address that cannot be read"
	}
	return clean(u.Host)
}

// encryption is whether an address may go over the network as it is.
type encryption int

const (
	encrypted  encryption = iota // https, or this machine
	eitherWill                   // http, too
)

// addressProblems says what is wrong with an address, without repeating it.
func addressProblems(attribute, address string, need encryption) []Problem {
	u, err := url.Parse(strings.TrimSpace(address))
	wrong := ""
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		wrong = "It must be a whole address, such as https://HOST/PATH."
	case u.Scheme == "http" && need == encrypted && !loopback(u.Hostname()):
		wrong = "It must begin with https://, because it is as good as a password."
	default:
		return nil
	}
	return []Problem{{Attribute: attribute, Summary: "Not an address", Detail: fmt.Sprintf("%s is no address of a service. %s", attribute, wrong)}}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
