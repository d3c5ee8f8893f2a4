package px0

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/px0/px0/packages/sdk-go/internal/answers"
	"github.com/px0/px0/packages/sdk-go/internal/delivery"
)

const (
	// What earlier versions of this module wrote; it is still read.
	earlierKind        = "px0/snapshot/v1"
	stateVersion       = 2
	stateTime          = "2006-01-02T15:04:05.000Z07:00"
	pauseBetweenWrites = time.Second
	// A large file takes its time: writing may take one of so many seconds.
	shareOfWriting = 100
	mostOfFile     = 256 << 20
)

// keptEntry is what a file says of a program that was fetched by itself. The form is the same in all SDKs.
type keptEntry struct {
	Type    string    `json:"type"`
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
	// Of a version that is kept for as long as its prompt is delivered.
	PromptID *string `json:"prompt_id,omitempty"`
	// Of another program: the id of its prompt, by which usage counts its renders.
	CountedAs *string `json:"counted_as,omitempty"`
	// The prompt's policy for contracts; absent where it is off.
	Contract *string `json:"contract,omitempty"`
}

// stateHeader is the first line of a file.
type stateHeader struct {
	Type     string    `json:"type"`
	Version  int       `json:"version"`
	Host     string    `json:"host"`
	SavedAt  string    `json:"saved_at"`
	Revision *string   `json:"revision"`
	Slugs    *[]string `json:"slugs"`
}

// heldState is what a file holds.
type heldState struct {
	// nil where no delivery is held.
	replica *delivery.Replica
	// When px0 confirmed it last.
	savedAt time.Time
	kept    []*kept
}

// stateFile is read once, written seldom, and always whole. Whatever is wrong with it is a warning; the application goes on.
type stateFile struct {
	path, host string
	slugs      []string
	// Gives what is to be written, as lines; nil when there is nothing to write at the moment.
	lines func() func(yield func([]byte) bool)
	warn  func(string)

	writing  sync.Mutex
	mu       sync.Mutex
	isDirty  bool
	isClosed bool
	timer    *time.Timer
	// How long to wait before the next write.
	pause     time.Duration
	writtenAt time.Time
}

// read gives what the file holds for this host; nothing when it is missing, broken or of another host.
func (f *stateFile) read() heldState {
	info, err := os.Stat(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return heldState{}
	}
	if err == nil && !info.Mode().IsRegular() {
		// A pipe would be read for ever.
		err = errors.New("it is not a regular file")
	}
	var text []byte
	if err == nil && info.Size() <= mostOfFile {
		text, err = os.ReadFile(f.path)
	}
	if err != nil {
		f.warn(fmt.Sprintf("the state file %s cannot be read: %v", f.path, err))
		return heldState{}
	}
	state, refused := heldState{}, "is too large"
	if info.Size() <= mostOfFile {
		state, refused = readState(text, f.host, f.slugs)
	}
	if refused != "" {
		f.warn(fmt.Sprintf("the state file %s %s; it is not used", f.path, refused))
	}
	return state
}

// changed: something is new, and is written within a second; at once after close, for no timer outlives the client.
func (f *stateFile) changed() {
	f.mu.Lock()
	f.isDirty = true
	isClosed := f.isClosed
	if f.timer == nil && !isClosed {
		f.timer = time.AfterFunc(max(f.pause, pauseBetweenWrites), f.flush)
	}
	f.mu.Unlock()
	if isClosed {
		f.flush()
	}
}

// refused: what the file holds must not be used any more, however long writing it has taken before.
func (f *stateFile) refused() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.isDirty = true
	if f.timer != nil {
		f.timer.Stop()
	}
	f.timer = time.AfterFunc(0, f.flush)
}

// confirmed: px0 has confirmed what is held, which is not worth a write each time.
func (f *stateFile) confirmed() {
	f.mu.Lock()
	isDue := !f.isClosed && !f.isDirty && time.Since(f.writtenAt) > saveConfirmationAfter
	f.mu.Unlock()
	if isDue {
		f.changed()
	}
}

func (f *stateFile) close() {
	f.mu.Lock()
	f.isClosed = true
	f.mu.Unlock()
	f.flush()
}

// flush writes now what has changed.
func (f *stateFile) flush() {
	// Not under a lock: what is told may close the client.
	if err := f.write(); err != nil {
		f.warn(fmt.Sprintf("the state file %s cannot be written: %v", f.path, err))
	}
}

func (f *stateFile) write() error {
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
		return nil
	}
	lines := f.lines()
	if lines == nil {
		return nil
	}
	began := time.Now()
	err := writeWhole(f.path, lines)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writtenAt = time.Now()
	f.pause = shareOfWriting * f.writtenAt.Sub(began)
	return err
}

// stateLines are the lines of a file. Without a replica they have no frames.
func stateLines(host string, slugs []string, savedAt time.Time, held *heldFrames, entries []*kept) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		header := stateHeader{Type: "state", Version: stateVersion, Host: host, SavedAt: formatTime(savedAt)}
		if slugs != nil {
			header.Slugs = &slugs
		}
		if held != nil {
			header.Revision = &held.revision
		}
		if !yield(jsonLine(header)) || (held != nil && !held.lines(yield)) {
			return
		}
		for _, k := range entries {
			if !yield(jsonLine(k.entry())) {
				return
			}
		}
	}
}

// heldFrames is what a replica held at a moment.
type heldFrames struct {
	revision string
	digest   delivery.Digest
	teams    []delivery.SyncedTeam
	prompts  [][]*delivery.Prompt
}

func framesOf(replica *delivery.Replica) *heldFrames {
	made := &heldFrames{revision: replica.Last, digest: replica.Digest(), teams: replica.Teams()}
	for i, team := range made.teams {
		made.prompts = append(made.prompts, replica.PromptsOf(team.TeamID))
		if team.Revision == "" {
			made.teams[i].Revision = made.revision
		}
	}
	return made
}

func (h *heldFrames) lines(yield func([]byte) bool) bool {
	for i, team := range h.teams {
		if !yield(delivery.BeginLine(team.TeamID)) {
			return false
		}
		for _, prompt := range h.prompts[i] {
			if !yield(delivery.PutLine(team.TeamID, team.Revision, prompt)) {
				return false
			}
		}
	}
	return yield(delivery.SyncLine(h.revision, h.digest, h.teams))
}

func jsonLine(value any) []byte {
	// Of texts, numbers and JSON that was read.
	text, _ := json.Marshal(value)
	return append(text, '\n')
}

func (k *kept) entry() keptEntry {
	return keptEntry{
		Type:        "kept",
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
		PromptID:    orNull(k.promptID),
		CountedAs:   orNull(k.id),
		Contract:    orNull(k.linked.contract),
	}
}

// readState gives what a file holds, or the end of a sentence that says why it is not used.
func readState(text []byte, host string, slugs []string) (state heldState, refused string) {
	first, rest, _ := bytes.Cut(text, []byte{'\n'})
	members := answers.Members(first)
	if members["type"] == nil {
		return readEarlier(text, host)
	}
	kind, _ := answers.Read[string](members, "type")
	version, _ := answers.Read[int](members, "version")
	if kind != "state" || version != stateVersion {
		return heldState{}, "is no px0 state file"
	}
	if found, _ := answers.Read[string](members, "host"); found != host {
		// Not which: an address may hold a password.
		return heldState{}, "belongs to another host"
	}
	savedAt, _ := answers.Read[string](members, "saved_at")
	state.savedAt, _ = time.Parse(time.RFC3339, savedAt)
	replica := delivery.NewReplica(func(string, *delivery.Prompt, *delivery.Prompt) {})
	apply := func(line []byte) error { return state.apply(replica, line) }
	if err := delivery.NewLineReader(delivery.MaxLine).Read(append(rest, '\n'), apply); err != nil || replica.IsInTransfer() {
		return heldState{}, "is damaged"
	}
	if replica.IsSynced {
		state.replica = replica
	}
	// Others lack prompts that were not asked for then, so there is nothing to resume from.
	if found, _ := answers.Read[[]string](members, "slugs"); !slices.Equal(found, slugs) {
		replica.ForgetLast()
	}
	return state, ""
}

var errDamaged = errors.New("the file is damaged")

func (s *heldState) apply(replica *delivery.Replica, line []byte) error {
	if len(bytes.TrimSpace(line)) == 0 {
		return nil
	}
	isFrame, err := applyKept(replica, line)
	if !isFrame && kindOf(line) == "kept" {
		if entry := readEntry(line); entry != nil {
			s.kept = append(s.kept, entry)
		}
	}
	return err
}

// applyKept applies a frame of a file, which holds nothing but transfers. A line of another type is none.
func applyKept(replica *delivery.Replica, line []byte) (isFrame bool, err error) {
	frame, err := delivery.ReadFrame(line)
	if err != nil || frame == nil {
		return false, err
	}
	if !slices.Contains([]string{"begin", "put", "delete", "sync"}, frame.Type) || replica.Apply(frame) != "" {
		return true, errDamaged
	}
	return true, nil
}

func kindOf(line []byte) string {
	var read struct {
		Type string `json:"type"`
	}
	_ = json.Unmarshal(line, &read)
	return read.Type
}

// readEarlier reads the one document of earlier versions.
func readEarlier(text []byte, host string) (state heldState, refused string) {
	var document struct {
		Kind    string            `json:"kind"`
		Host    string            `json:"host"`
		Entries []json.RawMessage `json:"entries"`
	}
	if json.Unmarshal(text, &document) != nil || document.Kind != earlierKind {
		return heldState{}, "is no px0 state file"
	}
	if document.Host != host {
		return heldState{}, "belongs to another host"
	}
	for _, raw := range document.Entries {
		if entry := readEntry(raw); entry != nil {
			state.kept = append(state.kept, entry)
		}
	}
	return state, ""
}

// readEntry gives nil for what is not of the form.
func readEntry(raw json.RawMessage) *kept {
	var entry keptEntry
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
	read.contract = orEmpty(entry.Contract)
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
		promptID:    orEmpty(entry.PromptID),
		id:          orEmpty(entry.CountedAs),
	}
}

// writeWhole: a reader sees the old text or the new one, also after a loss of power. CreateTemp makes the file for its owner only.
func writeWhole(path string, lines func(func([]byte) bool)) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		// A device such as /dev/null would be replaced by a file.
		return errors.New("it is not a regular file")
	}
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(file, 64<<10)
	for line := range lines {
		if _, err = buffered.Write(line); err != nil {
			break
		}
	}
	if err == nil {
		err = buffered.Flush()
	}
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

func formatTime(t time.Time) string { return t.UTC().Format(stateTime) }

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
