package history

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver
)

// indexFormat is to be raised whenever the tables change, or what is made of a journal.
const indexFormat = 1

const schema = `
CREATE TABLE written (format INTEGER NOT NULL, gameday TEXT NOT NULL);
CREATE TABLE runs (run TEXT PRIMARY KEY, stamp TEXT NOT NULL, sha256 TEXT NOT NULL, summary BLOB NOT NULL, sum INTEGER NOT NULL) WITHOUT ROWID;
`

// open opens the database in a file. It is never waited for: nobody changes an index that is in its place.
func open(path string, options url.Values) (*sql.DB, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	slashes := filepath.ToSlash(absolute)
	if !strings.HasPrefix(slashes, "/") {
		slashes = "/" + slashes // a drive
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: slashes, RawQuery: options.Encode()}).String())
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// load returns the rows of the index by run. An error means that there is none that can be relied on.
func load(place, version string) (map[string]row, error) {
	found, err := os.Stat(place)
	if err != nil {
		return nil, err
	}
	if !found.Mode().IsRegular() {
		return nil, fmt.Errorf("read index: %s is no file", place)
	}
	db, err := open(place, url.Values{"mode": {"ro"}, "immutable": {"1"}})
	if err != nil {
		return nil, fmt.Errorf("open index: %w", err)
	}
	known, err := rowsIn(db, version)
	if err = errors.Join(err, db.Close()); err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	return known, nil
}

func rowsIn(db *sql.DB, version string) (known map[string]row, err error) {
	var format int
	var gameday string
	if err := db.QueryRow("SELECT format, gameday FROM written").Scan(&format, &gameday); err != nil {
		return nil, err
	}
	if format != indexFormat || gameday != version {
		return nil, fmt.Errorf("it was written by gameday %s", gameday)
	}
	found, err := db.Query("SELECT run, stamp, sha256, summary, sum FROM runs")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, found.Close()) }()
	known = map[string]row{}
	for found.Next() {
		var r row
		var summary []byte
		var sum uint32
		if err := found.Scan(&r.entry.Run, &r.stamp, &r.entry.SHA256, &summary, &sum); err != nil {
			return nil, err
		}
		if sum != r.sum(summary) {
			return nil, fmt.Errorf("the row of %s is damaged", r.entry.Run)
		}
		if err := json.Unmarshal(summary, &r.entry.Summary); err != nil {
			return nil, err
		}
		known[r.entry.Run] = r
	}
	return known, found.Err()
}

// sum tells damage in a row that SQLite does not notice.
func (r row) sum(summary []byte) uint32 {
	text := strings.Join([]string{r.entry.Run, r.stamp, r.entry.SHA256, string(summary)}, "\x00")
	return crc32.ChecksumIEEE([]byte(text))
}

// save puts an index of the rows in place of what is there.
func save(place, version string, rows []row) (err error) {
	temp, err := os.CreateTemp(filepath.Dir(place), hidden+"*") // with mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, temp.Close(), os.Remove(temp.Name()))
		}
	}()
	sweep(temp)
	if err := write(temp.Name(), version, rows); err != nil {
		return fmt.Errorf("write index: %w", err)
	}
	if err := errors.Join(temp.Sync(), temp.Close()); err != nil {
		return fmt.Errorf("write index: %w", err)
	}
	return os.Rename(temp.Name(), place)
}

// hidden begins the names of indexes that are being written.
const hidden = ".index-"

// abandoned is the age from which on nobody writes an index any more.
const abandoned = time.Hour

// sweep removes what processes left behind that died while they wrote an index.
func sweep(temp *os.File) {
	now, err := temp.Stat()
	if err != nil {
		return
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(temp.Name()), hidden+"*"))
	for _, path := range left {
		if found, err := os.Stat(path); err == nil && now.ModTime().Sub(found.ModTime()) > abandoned {
			_ = os.Remove(path)
		}
	}
}

// write fills an empty file that no other process knows of: it needs no journal of its own.
func write(path, version string, rows []row) error {
	db, err := open(path, url.Values{"_pragma": {"journal_mode(OFF)", "synchronous(OFF)"}})
	if err != nil {
		return err
	}
	return errors.Join(fill(db, version, rows), db.Close())
}

func fill(db *sql.DB, version string, rows []row) error {
	if _, err := db.Exec(schema); err != nil {
		return err
	}
	work, err := db.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = work.Rollback() }() // after Commit it does nothing
	if _, err := work.Exec("INSERT INTO written VALUES (?, ?)", indexFormat, version); err != nil {
		return err
	}
	insert, err := work.Prepare("INSERT INTO runs VALUES (?, ?, ?, ?, ?)")
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.entry.Err != nil {
			continue
		}
		summary, err := json.Marshal(r.entry.Summary)
		if err != nil {
			return err
		}
		if _, err := insert.Exec(r.entry.Run, r.stamp, r.entry.SHA256, summary, r.sum(summary)); err != nil {
			return err
		}
	}
	return work.Commit()
}
