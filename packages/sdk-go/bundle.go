package px0

import (
	"bytes"
	"compress/gzip"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/px0/px0/packages/sdk-go/internal/answers"
	"github.com/px0/px0/packages/sdk-go/internal/delivery"
)

const (
	bundleVersion = 1
	// Unpacked.
	mostOfBundle    = 256 << 20
	gzipMagic       = "\x1f\x8b"
	bundleSigned    = "px0-bundle-v1\n"
	lookAtBundle    = 10 * time.Second
	olderThanHeld   = "bundle is older than what is held"
	bundleTooLarge  = "bundle is too large"
	bundleUntrusted = "bundle is not signed by a trusted key"
	bundleForged    = "bundle signature does not match"
	bundleDamaged   = "bundle is damaged"
	bundleExpired   = "bundle has expired"
)

// loadBundle lays what a bundle holds over what is held, team by team.
func (c *Client) loadBundle(replica *delivery.Replica, createdAt time.Time) {
	held := map[string]string{}
	c.delivery.WithReplica(func(replica *delivery.Replica, _ *delivery.View) {
		for _, team := range replica.Teams() {
			held[team.TeamID] = team.Revision
		}
	})
	isOlder := func(teamID string) bool {
		return delivery.CompareRevisions(replica.RevisionOf(teamID), held[teamID]) < 0
	}
	if slices.ContainsFunc(c.delivery.Load(replica, delivery.ByBundle, createdAt), isOlder) {
		c.settings.warn(fmt.Sprintf("%s: some teams of %s are not used", olderThanHeld, c.settings.bundleFile))
	}
}

// bundleFile is a bundle on the disk. Whatever is wrong with it is a warning, and nothing of it is used.
type bundleFile struct {
	path string
	keys []ed25519.PublicKey
	load func(replica *delivery.Replica, createdAt time.Time)
	warn func(string)
	// Whether it is looked at again and again.
	isWatched bool

	mu       sync.Mutex
	isClosed bool
	timer    *time.Timer
	// What was read last.
	seen os.FileInfo
	told string
}

// look reads the file if it has changed since the last time, and looks again later.
func (b *bundleFile) look() {
	replica, createdAt, warning := b.read()
	// Not under a lock: what is told may close the client.
	if warning != "" {
		b.warn(warning)
	}
	if replica != nil {
		b.load(replica, createdAt)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.isWatched && !b.isClosed {
		b.timer = time.AfterFunc(lookAtBundle, b.look)
	}
}

// read gives what the file holds, if it has changed, and what is to be told.
func (b *bundleFile) read() (replica *delivery.Replica, createdAt time.Time, warning string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.isClosed {
		return nil, time.Time{}, ""
	}
	info, err := os.Stat(b.path)
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is not a regular file")
	}
	if err != nil {
		return nil, time.Time{}, b.once(fmt.Sprintf("the bundle %s cannot be read: %v", b.path, err))
	}
	if b.seen != nil && os.SameFile(info, b.seen) && info.ModTime().Equal(b.seen.ModTime()) && info.Size() == b.seen.Size() {
		return nil, time.Time{}, ""
	}
	b.seen = info
	if replica, createdAt, err = readBundleFile(b.path, b.keys, time.Now()); err != nil {
		return nil, time.Time{}, b.once(fmt.Sprintf("the bundle %s is not used: %v", b.path, err))
	}
	b.told = ""
	return replica, createdAt, ""
}

// once gives nothing for what was told just before.
func (b *bundleFile) once(text string) string {
	if b.told == text {
		return ""
	}
	b.told = text
	return text
}

func (b *bundleFile) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.isClosed = true
	if b.timer != nil {
		b.timer.Stop()
	}
}

func readBundleFile(path string, keys []ed25519.PublicKey, now time.Time) (*delivery.Replica, time.Time, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, time.Time{}, err
	}
	defer file.Close()
	return readBundle(file, keys, now)
}

// readBundle gives what a bundle holds, and when it was made. It may be gzipped as a whole.
func readBundle(from io.Reader, keys []ed25519.PublicKey, now time.Time) (*delivery.Replica, time.Time, error) {
	refused := func(why string) (*delivery.Replica, time.Time, error) {
		return nil, time.Time{}, errors.New(why)
	}
	text, err := unpacked(from)
	if err != nil {
		return nil, time.Time{}, err
	}
	signed, signature := cutLastLine(text)
	key := trustedKey(signature, keys)
	if key == nil {
		return refused(bundleUntrusted)
	}
	made, _ := answers.Read[string](signature, "signature")
	bits, err := base64.RawURLEncoding.DecodeString(made)
	sum := sha512.Sum512(signed)
	if err != nil || !ed25519.Verify(key, append([]byte(bundleSigned), sum[:]...), bits) {
		return refused(bundleForged)
	}
	header, frames, _ := bytes.Cut(signed, []byte{'\n'})
	replica, isWhole := replicaOf(frames)
	about := answers.Members(header)
	kind, _ := answers.Read[string](about, "type")
	version, _ := answers.Read[int](about, "version")
	createdAt, isTime := timeIn(about, "created_at")
	if !isWhole || kind != "bundle" || version != bundleVersion || !isTime {
		return refused(bundleDamaged)
	}
	if _, isNeverExpiring := about["not_after"]; isNeverExpiring && string(about["not_after"]) != "null" {
		notAfter, isTime := timeIn(about, "not_after")
		if !isTime {
			return refused(bundleDamaged)
		}
		if now.After(notAfter) {
			return refused(bundleExpired)
		}
	}
	return replica, createdAt, nil
}

// unpacked reads all of it, as far as a bundle may go.
func unpacked(from io.Reader) ([]byte, error) {
	start := make([]byte, 2)
	n, err := io.ReadFull(from, start)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	from = io.MultiReader(bytes.NewReader(start[:n]), from)
	if string(start[:n]) == gzipMagic {
		packed, err := gzip.NewReader(from)
		if err != nil {
			return nil, errors.New(bundleDamaged)
		}
		from = packed
	}
	text, err := io.ReadAll(io.LimitReader(from, mostOfBundle+1))
	switch {
	case len(text) > mostOfBundle:
		return nil, errors.New(bundleTooLarge)
	case err != nil && string(start[:n]) == gzipMagic:
		return nil, errors.New(bundleDamaged)
	case err == nil && hasLongLine(text):
		return nil, errors.New(bundleTooLarge)
	}
	return text, err
}

func hasLongLine(text []byte) bool {
	for len(text) > 0 {
		line, rest, _ := bytes.Cut(text, []byte{'\n'})
		if len(bytes.TrimRight(line, "\r")) > delivery.MaxLine {
			return true
		}
		text = rest
	}
	return false
}

// cutLastLine gives what stands before the last line, and what that holds.
func cutLastLine(text []byte) ([]byte, map[string]json.RawMessage) {
	trimmed := bytes.TrimRight(text, "\r\n")
	at := bytes.LastIndexByte(trimmed, '\n') + 1
	return text[:at], answers.Members(trimmed[at:])
}

// trustedKey gives the key that a signature names, if it is among the trusted ones.
func trustedKey(signature map[string]json.RawMessage, keys []ed25519.PublicKey) ed25519.PublicKey {
	kind, _ := answers.Read[string](signature, "type")
	algorithm, _ := answers.Read[string](signature, "algorithm")
	id, _ := answers.Read[string](signature, "key_id")
	if kind != "signature" || algorithm != "Ed25519" {
		return nil
	}
	for _, key := range keys {
		if sum := sha256.Sum256(key); hex.EncodeToString(sum[:4]) == id {
			return key
		}
	}
	return nil
}

// replicaOf applies the frames of a whole transfer.
func replicaOf(lines []byte) (*delivery.Replica, bool) {
	replica := delivery.NewReplica(func(string, *delivery.Prompt, *delivery.Prompt) {})
	err := delivery.NewLineReader(delivery.MaxLine).Read(lines, func(line []byte) error {
		_, err := applyKept(replica, line)
		return err
	})
	return replica, err == nil && replica.IsSynced && !replica.IsInTransfer()
}

func timeIn(members map[string]json.RawMessage, name string) (time.Time, bool) {
	text, _ := answers.Read[string](members, name)
	at, err := time.Parse(time.RFC3339, text)
	return at, err == nil
}
