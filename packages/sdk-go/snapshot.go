package px0

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

const (
	snapshotKind       = "px0/snapshot/v1"
	snapshotTime       = "2006-01-02T15:04:05.000Z07:00"
	pauseBetweenWrites = time.Second
)

// The form of the file is the same in all SDKs.
type snapshotDocument struct {
	Kind    string            `json:"kind"`
	Host    string            `json:"host"`
	SavedAt string            `json:"saved_at"`
	Entries []json.RawMessage `json:"entries"`
}

type snapshotEntry struct {
	TeamID  *string   `json:"team_id"`
	Slug    *string   `json:"slug"`
	Ref     *string   `json:"ref"`
	Version *int      `json:"version"`
	Tags    *[]string `json:"tags"`
	// Of the program; earlier SDKs read it alone.
	Template *string `json:"template"`
	// Absent where the template is all of it.
	Program     json.RawMessage `json:"program,omitempty"`
	Revision    *string         `json:"revision"`
	ConfirmedAt string          `json:"confirmed_at"`
	FetchedAt   string          `json:"fetched_at"`
}

// snapshotFile is read once, written seldom, and always whole. Whatever is wrong with it is a warning; the application goes on.
type snapshotFile struct {
	path, host string
	entries    func() []*kept
	warn       func(string)

	writing  sync.Mutex
	mu       sync.Mutex
	isDirty  bool
	isClosed bool
	timer    *time.Timer
}

// read gives what the file holds for this host; nothing when it is missing, broken or of another host.
func (f *snapshotFile) read() []*kept {
	text, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		f.warn(fmt.Sprintf("the snapshot %s cannot be read: %v", f.path, err))
		return nil
	}
	entries, err := readSnapshot(text, f.host)
	if err != nil {
		f.warn(fmt.Sprintf("the snapshot %s %v; it is not used", f.path, err))
	}
	return entries
}

// changed: something is new, and is written within a second; at once after close, for no timer outlives the client.
func (f *snapshotFile) changed() {
	f.mu.Lock()
	f.isDirty = true
	isClosed := f.isClosed
	if f.timer == nil && !isClosed {
		f.timer = time.AfterFunc(pauseBetweenWrites, f.flush)
	}
	f.mu.Unlock()
	if isClosed {
		f.flush()
	}
}

func (f *snapshotFile) close() {
	f.mu.Lock()
	f.isClosed = true
	f.mu.Unlock()
	f.flush()
}

// flush writes now what has changed.
func (f *snapshotFile) flush() {
	f.writing.Lock()
	defer f.writing.Unlock()
	f.mu.Lock()
	if f.timer != nil {
		f.timer.Stop()
		f.timer = nil
	}
	isDirty := f.isDirty
	f.isDirty = false
	f.mu.Unlock()
	if !isDirty {
		return
	}
	text, err := writeSnapshot(f.host, f.entries(), time.Now())
	if err == nil {
		err = writeWhole(f.path, text)
	}
	if err != nil {
		f.warn(fmt.Sprintf("the snapshot %s cannot be written: %v", f.path, err))
	}
}

func writeSnapshot(host string, entries []*kept, now time.Time) ([]byte, error) {
	document := snapshotDocument{Kind: snapshotKind, Host: host, SavedAt: formatTime(now), Entries: []json.RawMessage{}}
	for _, k := range entries {
		entry, err := json.Marshal(snapshotEntry{
			TeamID:      orNull(k.wanted.team),
			Slug:        &k.wanted.slug,
			Ref:         orNull(k.wanted.ref),
			Version:     &k.version,
			Tags:        &k.tags,
			Template:    &k.linked.template,
			Program:     k.linked.whole(),
			Revision:    orNull(k.revision),
			ConfirmedAt: formatTime(k.confirmedAt),
			FetchedAt:   formatTime(k.fetchedAt),
		})
		if err != nil {
			return nil, err
		}
		document.Entries = append(document.Entries, entry)
	}
	text, err := json.MarshalIndent(document, "", "  ")
	return append(text, '\n'), err
}

func readSnapshot(text []byte, host string) ([]*kept, error) {
	var document snapshotDocument
	if json.Unmarshal(text, &document) != nil || document.Kind != snapshotKind {
		return nil, fmt.Errorf("is not a %s", snapshotKind)
	}
	if document.Host != host {
		// Not which: an address may hold a password.
		return nil, errors.New("belongs to another host")
	}
	var entries []*kept
	for _, raw := range document.Entries {
		if entry := readEntry(raw); entry != nil {
			entries = append(entries, entry)
		}
	}
	return entries, nil
}

// readEntry gives nil for what is not of the form.
func readEntry(raw json.RawMessage) *kept {
	var entry snapshotEntry
	if json.Unmarshal(raw, &entry) != nil {
		return nil
	}
	if entry.Slug == nil || entry.Version == nil || entry.Tags == nil || entry.Template == nil {
		return nil
	}
	if checkVersion(*entry.Version) != nil {
		return nil
	}
	confirmedAt, confirmedErr := time.Parse(time.RFC3339, entry.ConfirmedAt)
	fetchedAt, fetchedErr := time.Parse(time.RFC3339, entry.FetchedAt)
	if confirmedErr != nil || fetchedErr != nil {
		return nil
	}
	read := newLinked(*entry.Template, entry.Program)
	return &kept{
		wanted:      wanted{team: orEmpty(entry.TeamID), slug: *entry.Slug, ref: orEmpty(entry.Ref)},
		version:     *entry.Version,
		tags:        *entry.Tags,
		linked:      *read,
		revision:    orEmpty(entry.Revision),
		confirmedAt: confirmedAt,
		fetchedAt:   fetchedAt,
		origin:      SourceSnapshot,
		compiled:    read.compile(),
	}
}

// writeWhole: a reader sees the old text or the new one, also after a loss of power. CreateTemp makes the file for its owner only.
func writeWhole(path string, text []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}

func formatTime(t time.Time) string { return t.UTC().Format(snapshotTime) }

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func orEmpty(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
