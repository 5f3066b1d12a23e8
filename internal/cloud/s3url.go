package cloud

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// s3Scheme begins the URLs of things in S3.
const s3Scheme = "s3://"

// S3URL is a place in S3: "s3://bucket/some/prefix". Prefix neither begins nor ends with a slash.
type S3URL struct{ Bucket, Prefix string }

// IsS3URL says whether a text is meant to be a place in S3, rather than on the disk.
func IsS3URL(text string) bool { return strings.HasPrefix(text, s3Scheme) }

// ParseS3URL reads "s3://BUCKET" or "s3://BUCKET/PREFIX". Prefixes are of letters, digits and -_.=/ only, so that they
// need no escaping anywhere.
func ParseS3URL(text string) (S3URL, error) {
	rest, ours := strings.CutPrefix(text, s3Scheme)
	if !ours {
		return S3URL{}, fmt.Errorf("%q does not begin with %s", text, s3Scheme)
	}
	bucket, prefix, _ := strings.Cut(rest, "/")
	if !regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`).MatchString(bucket) {
		return S3URL{}, fmt.Errorf("%q is not the name of a bucket: 3 to 63 small letters, digits, dots and hyphens", bucket)
	}
	prefix = strings.TrimSuffix(prefix, "/")
	for _, part := range strings.Split(prefix, "/") {
		if prefix == "" {
			break
		}
		if part == "" || part == "." || part == ".." {
			return S3URL{}, errors.New("the prefix has an empty part, or one that is a dot or two")
		}
		if !regexp.MustCompile(`^[A-Za-z0-9_.=-]{1,128}$`).MatchString(part) {
			return S3URL{}, fmt.Errorf("the prefix's %q is not of letters, digits and -_.= only, 128 at most", part)
		}
	}
	if len(prefix) > 512 {
		return S3URL{}, errors.New("the prefix is longer than 512 characters")
	}
	return S3URL{bucket, prefix}, nil
}

// String returns the URL as it is written.
func (u S3URL) String() string {
	if u.Prefix == "" {
		return s3Scheme + u.Bucket
	}
	return s3Scheme + u.Bucket + "/" + u.Prefix
}

// Join returns the place of that name below this one.
func (u S3URL) Join(name string) S3URL {
	if u.Prefix == "" {
		return S3URL{u.Bucket, name}
	}
	return S3URL{u.Bucket, u.Prefix + "/" + name}
}

// Split returns the place above, and the name of this one in it; an empty name where there is nothing above.
func (u S3URL) Split() (above S3URL, name string) {
	i := strings.LastIndex(u.Prefix, "/")
	if i < 0 {
		return S3URL{Bucket: u.Bucket}, u.Prefix
	}
	return S3URL{u.Bucket, u.Prefix[:i]}, u.Prefix[i+1:]
}
