package px0

import (
	"hash/maphash"
	"maps"
	"math/bits"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	// A window ends when it has so many.
	mostUsageRows = 1_000
	// Of all windows that are kept; for others the oldest is given up.
	mostUsageRowsKept = 5_000
	// A row has so many names; further ones make rows of their own.
	namesOfRow = 64
	// Of a version; others count as moreNames.
	mostNames = 512
	moreNames = "…"
	// Characters, as of UTF-16.
	longestVariableName = 128
	// A report must stay below 1 MiB, so a window ends before its names come to more, as JSON has them.
	mostBytesOfNames = 512 << 10
	// In bytes: no prompt has a longer slug, and what is counted by it must not fill the memory.
	longestSlugCounted = 1_020

	// As px0 counts: up to 1/32 ms, and then twice as long for each bucket; one more takes what is slower.
	latencyBuckets     = 14
	firstLatencyBucket = time.Millisecond / 32
)

// usageKey is what is counted together: a version of a prompt by its id, or by its slug where the id is not known, from one source.
type usageKey struct {
	prompt  string
	version int
	source  Source
}

// countedRender is a render that was made here.
type countedRender struct {
	key            usageKey
	promptID, slug string
}

// usageRow counts renders. A render adds one to one number, so that what is read at any moment adds up.
type usageRow struct {
	countedRender
	succeeded, failed [latencyBuckets]atomic.Uint32
	// Whether it is in the window.
	isIn atomic.Bool
	// Those of the window. The map is replaced and not changed.
	names atomic.Pointer[map[string]bool]
}

const usageShards = 64

var (
	usageSeed = maphash.MakeSeed()
	noNames   = map[string]bool{}
)

type usageRows = map[usageKey]*usageRow

// usageCounters count the renders of a window. Counting what the window has already is wait-free: a look-up, one of each name, and an addition.
type usageCounters struct {
	hasNames bool
	// These are called under the lock: the first row of a window comes, and a window is full and was ended.
	begun func(now time.Time)
	full  func(*usageWindow)
	// Called under the lock before the window gets more rows: how many it will have.
	makeRoom func(rows int)

	// The maps are replaced and not changed. They may hold rows that are not in the window.
	shards [usageShards]atomic.Pointer[usageRows]

	mu sync.Mutex
	// In the order in which they came.
	window    []*usageRow
	startedAt time.Time
	// Of a report: a row with many names makes several.
	rows         int
	bytesOfNames int
}

// usageWindow is what a window has counted.
type usageWindow struct {
	number             int
	startedAt, endedAt time.Time
	rows               []countedRow
	// As px0 counts them.
	reportRows int
}

// countedRow is what a row has counted in a window.
type countedRow struct {
	countedRender
	renders, failures uint64
	latencies         [latencyBuckets]uint64
	names             map[string]bool
}

func (u *usageCounters) shardOf(key usageKey) *atomic.Pointer[usageRows] {
	return &u.shards[maphash.String(usageSeed, key.prompt)%usageShards]
}

// count counts one render.
func (u *usageCounters) count(counted *countedRender, hasFailed bool, took time.Duration, variables map[string]any) {
	row := u.find(counted.key)
	if row == nil || !row.isIn.Load() || !u.hasSeen(row, variables) {
		if len(counted.key.prompt) > longestSlugCounted || len(counted.slug) > longestSlugCounted {
			return
		}
		row = u.admit(row, counted, variables)
	}
	row.add(hasFailed, took)
	if !row.isIn.Load() {
		// The window has ended between the two. If the number was read in time, the row comes to nothing in the next one.
		u.admit(row, counted, variables)
	}
}

func (r *usageRow) add(hasFailed bool, took time.Duration) {
	if hasFailed {
		r.failed[latencyBucketOf(took)].Add(1)
	} else {
		r.succeeded[latencyBucketOf(took)].Add(1)
	}
}

// take moves what another row has counted.
func (r *usageRow) take(other *usageRow) {
	for i := range latencyBuckets {
		r.succeeded[i].Add(other.succeeded[i].Swap(0))
		r.failed[i].Add(other.failed[i].Swap(0))
	}
}

func latencyBucketOf(took time.Duration) int {
	if took <= firstLatencyBucket {
		return 0
	}
	return min(latencyBuckets-1, bits.Len64(uint64((took-1)/firstLatencyBucket)))
}

func (u *usageCounters) find(key usageKey) *usageRow {
	if rows := u.shardOf(key).Load(); rows != nil {
		return (*rows)[key]
	}
	return nil
}

// hasSeen tells whether the row has the names of all variables.
func (u *usageCounters) hasSeen(row *usageRow, variables map[string]any) bool {
	if !u.hasNames {
		return true
	}
	names := *row.names.Load()
	if len(names) > mostNames {
		// The last one stands for all others.
		return true
	}
	for name := range variables {
		if !names[name] && !names[nameOf(name)] {
			return false
		}
	}
	return true
}

// nameOf gives a name as reports have it.
func nameOf(given string) string { return cutName(cleaned(given)) }

// cleaned has a replacement character for each control character, since px0 refuses a report with NUL and nobody wants the others in a list, and
// for each byte that is not UTF-8.
func cleaned(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return utf8.RuneError
		}
		return r
	}, text)
}

// cutName gives the first characters of a long name.
func cutName(name string) string {
	if len(name) <= longestVariableName {
		return name
	}
	// What lies outside of the basic plane counts as two.
	units := 0
	for at, character := range name {
		units++
		if character > 0xffff {
			units++
		}
		if units > longestVariableName {
			return name[:at]
		}
	}
	return name
}

// admit puts a row with the names of the variables into the window, or into the next one if this one is full. The row that was found before may be
// nil, or not be found any more; what it has counted is not lost.
func (u *usageCounters) admit(before *usageRow, counted *countedRender, variables map[string]any) *usageRow {
	u.mu.Lock()
	defer u.mu.Unlock()
	row := u.find(counted.key)
	if row == nil {
		row = before
	} else if before != nil && before != row {
		row.take(before)
	}
	names, bytes := u.withNames(row, variables)
	more := rowsOf(len(names))
	if row != nil && row.isIn.Load() {
		more -= rowsOf(len(*row.names.Load()))
	}
	if len(u.window) > 0 && (u.rows+more > mostUsageRows || u.bytesOfNames+bytes > mostBytesOfNames) {
		u.full(u.cut(time.Now()))
		names, bytes = u.withNames(row, variables)
		more = rowsOf(len(names))
	}
	u.makeRoom(u.rows + more)
	if len(u.window) == 0 {
		u.startedAt = time.Now()
		u.begun(u.startedAt)
	}
	if u.find(counted.key) == nil {
		row = u.insert(row, counted)
	}
	row.names.Store(&names)
	u.rows += more
	u.bytesOfNames += bytes
	if !row.isIn.Load() {
		u.window = append(u.window, row)
		row.isIn.Store(true)
	}
	return row
}

// rowsOf is how many rows of a report hold so many names.
func rowsOf(names int) int { return max(1, (names+namesOfRow-1)/namesOfRow) }

// withNames gives the names that a row has in this window, with those of the variables, and how much longer they have become. The row may be nil.
func (u *usageCounters) withNames(row *usageRow, variables map[string]any) (names map[string]bool, bytes int) {
	names = noNames
	if row != nil {
		names = *row.names.Load()
	}
	if !u.hasNames {
		return names, 0
	}
	isOwn := false
	for name := range variables {
		name = nameOf(name)
		if names[name] || len(names) > mostNames {
			continue
		}
		if len(names) == mostNames {
			if name = moreNames; names[name] {
				continue
			}
		}
		if !isOwn {
			names, isOwn = maps.Clone(names), true
		}
		// A part of a longer text would keep all of it in memory.
		names[strings.Clone(name)] = true
		bytes += bytesAsJSON(name)
	}
	return names, bytes
}

// bytesAsJSON is how much longer a name makes a report.
func bytesAsJSON(name string) int {
	bytes := len(name) + len(`"",`)
	for _, character := range name {
		switch character {
		case '"', '\\':
			bytes++
		case '\u2028', '\u2029':
			bytes += len(`\u2028`) - 3
		}
	}
	return bytes
}

// insert makes the row findable; a nil one is made.
func (u *usageCounters) insert(row *usageRow, counted *countedRender) *usageRow {
	if row == nil {
		row = &usageRow{countedRender: *counted}
	}
	shard := u.shardOf(counted.key)
	rows := usageRows{}
	if before := shard.Load(); before != nil {
		maps.Copy(rows, *before)
	}
	rows[counted.key] = row
	shard.Store(&rows)
	return row
}

// cut ends the window; nil when nothing was counted. The caller has the lock.
func (u *usageCounters) cut(now time.Time) *usageWindow {
	// Not the clock of now, which may have been set meanwhile.
	took := min(now.Sub(u.startedAt), longestUsageWindow)
	ended := &usageWindow{startedAt: u.startedAt, endedAt: u.startedAt.Add(took)}
	var shards [usageShards]usageRows
	for _, row := range u.window {
		// Before the numbers are read: a render that adds one after this sees it, and comes into the next window.
		row.isIn.Store(false)
		counted := countedRow{countedRender: row.countedRender, names: *row.names.Swap(&noNames)}
		for i := range latencyBuckets {
			succeeded, failed := uint64(row.succeeded[i].Swap(0)), uint64(row.failed[i].Swap(0))
			counted.renders += succeeded
			counted.failures += failed
			counted.latencies[i] = succeeded + failed
		}
		if counted.renders+counted.failures > 0 {
			ended.rows = append(ended.rows, counted)
			ended.reportRows += rowsOf(len(counted.names))
		}
		shard := maphash.String(usageSeed, row.key.prompt) % usageShards
		if shards[shard] == nil {
			shards[shard] = usageRows{}
		}
		shards[shard][row.key] = row
	}
	// Others have not been rendered for a while.
	for i, rows := range shards {
		u.shards[i].Store(&rows)
	}
	u.window, u.rows, u.bytesOfNames = nil, 0, 0
	if len(ended.rows) == 0 {
		return nil
	}
	return ended
}
