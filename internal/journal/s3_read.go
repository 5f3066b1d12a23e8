package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"gameday/experiments"
	"gameday/internal/clock"
)

// ReadRemote returns the records of a run in S3. Anything below the run that is not a whole part of its journal is an error
// that names the object: what is not understood is not reverted by halves. It must be called on a strand.
func ReadRemote(ctx context.Context, p Place, run string) ([]experiments.Record, error) {
	if err := checkRun(run); err != nil {
		return nil, err
	}
	s := newShelf(p, run)
	keys, _, err := s.list(ctx, s.run.Prefix+"/", "")
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", s.run, err)
	}
	if len(keys) == 0 {
		return nil, &NotFoundError{Run: run, Dir: p.URL.String()}
	}
	var read reading
	for _, key := range keys {
		name := strings.TrimPrefix(key, s.run.Prefix+"/")
		err := s.take(ctx, &read, key, name)
		if read.run != "" && read.run != run {
			return nil, fmt.Errorf("read journal %s: it is the journal of run %q", s.run.Join(nameOf(1)), read.run)
		}
		if err != nil {
			return nil, fmt.Errorf("read journal %s/%s: %w", s.run, name, err)
		}
	}
	return read.records, nil
}

// take adds the records of an object.
func (s *shelf) take(ctx context.Context, read *reading, key, name string) error {
	number, ours := numberOf(name)
	if !ours {
		return errors.New("it does not belong into a journal")
	}
	body, _, err := s.get(ctx, key)
	if err != nil {
		return err
	}
	if len(body) == 0 {
		return errors.New("it is empty")
	}
	for n := 1; len(body) > 0; n++ {
		line, rest, ended := bytes.Cut(body, []byte("\n"))
		if !ended {
			return fmt.Errorf("line %d: it is cut short", n)
		}
		record, err := read.parse(line)
		if n == 1 && record.Seq != 0 && record.Seq != number {
			return fmt.Errorf("line %d: it begins with record %d", n, record.Seq)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if read.size += int64(len(line)) + 1; read.size > maxFile {
			return fmt.Errorf("the journal is larger than %d GiB", maxFile>>30)
		}
		read.records = append(read.records, record)
		body = rest
	}
	return nil
}

// list returns the keys that begin with a prefix, in their order, and where there is a delimiter, what is folded by it.
func (s *shelf) list(ctx context.Context, prefix, delimiter string) (keys, folded []string, err error) {
	in := &s3.ListObjectsV2Input{Bucket: aws.String(s.run.Bucket), Prefix: aws.String(prefix)}
	if delimiter != "" {
		in.Delimiter = aws.String(delimiter)
	}
	for {
		var out *s3.ListObjectsV2Output
		if err := s.ask(func(client objects) error {
			var err error
			out, err = client.ListObjectsV2(ctx, in)
			return err
		}); err != nil {
			return nil, nil, err
		}
		for _, one := range out.Contents {
			keys = append(keys, aws.ToString(one.Key))
		}
		for _, one := range out.CommonPrefixes {
			folded = append(folded, aws.ToString(one.Prefix))
		}
		if !aws.ToBool(out.IsTruncated) || aws.ToString(out.NextContinuationToken) == "" {
			slices.Sort(keys) // some servers have an order of their own
			return keys, slices.Compact(folded), nil
		}
		in.ContinuationToken = out.NextContinuationToken
	}
}

// readers is how many runs of a list are read at a time.
const readers = 16

// ListRemote returns the runs that are kept below a place in S3, newest first, as List does for those on the disk. It must
// be called on a strand.
func ListRemote(ctx context.Context, p Place) ([]Entry, error) {
	s := newShelf(p, "")
	prefix := ""
	if p.URL.Prefix != "" {
		prefix = p.URL.Prefix + "/"
	}
	_, folders, err := s.list(ctx, prefix, "/")
	if err != nil {
		return nil, fmt.Errorf("list runs in %s: %w", p.URL, err)
	}
	p.AWS = s.aws // the bucket's region is known by now
	entries := make([]Entry, len(folders))
	group, next := clock.NewGroup(p.Clock), 0
	for range min(readers, len(folders)) {
		group.Go(func() error {
			for next < len(folders) {
				i := next
				next++
				entries[i] = lookRemote(ctx, p, strings.TrimSuffix(strings.TrimPrefix(folders[i], prefix), "/"))
			}
			return nil
		})
	}
	if err := group.Wait(ctx); err != nil {
		return nil, err
	}
	slices.SortStableFunc(entries, NewestFirst)
	return entries, nil
}

func lookRemote(ctx context.Context, p Place, run string) Entry {
	e := Entry{Run: run, Path: p.URL.Join(run).String()}
	records, err := ReadRemote(ctx, p, run)
	if err != nil {
		e.Err = err
		return e
	}
	e.SHA256 = records[0].Event.(experiments.RunStarted).SHA256
	e.Summary = experiments.Summarize(records)
	e.When = e.Summary.Started
	return e
}
