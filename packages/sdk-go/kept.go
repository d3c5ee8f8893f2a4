package px0

import (
	"container/list"
	"sync"
	"time"
)

// wanted is what a caller asks for: the live version, or one by number or tag, of a slug
// in a team or in whichever the key sees. Empty stands for what the state file calls null.
type wanted struct {
	team, slug string
	// A number or a tag; empty for the live version.
	ref string
}

// kept is a program and what px0 said of it. Entries are not changed but replaced.
type kept struct {
	wanted  wanted
	version int
	tags    []string
	linked  linked
	// Px0-Revision of the answer that confirmed it last.
	revision    string
	confirmedAt time.Time
	fetchedAt   time.Time
	// SourceSnapshot: kept by an earlier process, and not confirmed to this one.
	origin Source
	// Whether it may be served without asking while it is young; false once px0 has said something else.
	mayBeFresh bool
	// The id of its prompt, for usage; empty where px0 has not said it.
	id string
	// nil for a program that this version of the SDK cannot run.
	compiled *program
	// Of a version that is kept for as long as its prompt is delivered; else empty.
	promptID string
}

// size of memory, roughly: the text, its tree, what belongs to it, and the rest of an entry.
func (k *kept) size() int { return (len(k.linked.template)+len(k.linked.rest))*4 + 1_000 }

// holds tells whether this is the version that px0 has rendered, with all that its results need: an earlier SDK kept only the template.
func (k *kept) holds(got *live) bool {
	return k != nil && k.version == got.version && (k.linked.rest != nil || !got.needsProgram())
}

// keptTemplates are the programs that px0 has served, by what was asked for. Bounded by number and by bytes; the least recently
// used goes first.
type keptTemplates struct {
	maxEntries, maxBytes int

	mu      sync.Mutex
	entries map[wanted]*list.Element
	// *kept in the order of use, the latest first.
	order list.List
	bytes int
}

func newKeptTemplates(maxEntries, maxBytes int) *keptTemplates {
	return &keptTemplates{maxEntries: maxEntries, maxBytes: maxBytes, entries: map[wanted]*list.Element{}}
}

func (t *keptTemplates) get(w wanted) *kept {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.find(w)
}

// update replaces an entry by what change makes of it, which gets nil when there is none, and may give nil for none. It returns
// both.
func (t *keptTemplates) update(w wanted, change func(*kept) *kept) (before, after *kept) {
	t.mu.Lock()
	defer t.mu.Unlock()
	before = t.find(w)
	after = change(before)
	if after == before {
		return before, after
	}
	t.remove(w)
	if after == nil {
		return before, after
	}
	t.entries[w] = t.order.PushFront(after)
	t.bytes += after.size()
	for len(t.entries) > t.maxEntries || t.bytes > t.maxBytes {
		t.remove(entryOf(t.order.Back()).wanted)
	}
	return before, after
}

func (t *keptTemplates) all() []*kept {
	t.mu.Lock()
	defer t.mu.Unlock()
	var entries []*kept
	for element := t.order.Back(); element != nil; element = element.Prev() {
		entries = append(entries, entryOf(element))
	}
	return entries
}

// clear forgets all.
func (t *keptTemplates) clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.entries)
	t.order.Init()
	t.bytes = 0
}

// removeLoose forgets what belongs to no prompt that is held.
func (t *keptTemplates) removeLoose() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for element := t.order.Front(); element != nil; {
		next := element.Next()
		if entry := entryOf(element); entry.promptID == "" {
			t.remove(entry.wanted)
		}
		element = next
	}
}

func (t *keptTemplates) find(w wanted) *kept {
	element, ok := t.entries[w]
	if !ok {
		return nil
	}
	t.order.MoveToFront(element)
	return entryOf(element)
}

func (t *keptTemplates) remove(w wanted) {
	element, ok := t.entries[w]
	if !ok {
		return
	}
	delete(t.entries, w)
	t.order.Remove(element)
	t.bytes -= entryOf(element).size()
}

func entryOf(element *list.Element) *kept {
	entry, _ := element.Value.(*kept)
	return entry
}
