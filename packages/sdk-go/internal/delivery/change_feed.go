package delivery

import (
	"slices"
	"sync"
)

const mostWaiting = 1_000

// ChangeFeed tells an application of changes: in order, one at a time, never while a frame is applied or a prompt is looked up. Of those that
// wait the latest thousand are kept; Many stands for the others.
type ChangeFeed struct {
	// Gets what a listener panicked with.
	onPanic func(any)

	mu        sync.Mutex
	listeners []*changeListener
	waiting   []Change
	// Those before it are told or given up.
	first      int
	hasGivenUp bool
	isTelling  bool
	isClosed   bool
}

type changeListener struct {
	slug string
	tell func(Change)
}

// NewChangeFeed makes one without listeners.
func NewChangeFeed(onPanic func(any)) *ChangeFeed { return &ChangeFeed{onPanic: onPanic} }

// Listen calls tell for the changes of a slug, or all with "*". The result ends it.
func (f *ChangeFeed) Listen(slug string, tell func(Change)) (cancel func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	made := &changeListener{slug, tell}
	f.listeners = append(f.listeners[:len(f.listeners):len(f.listeners)], made)
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		var left []*changeListener
		for _, each := range f.listeners {
			if each != made {
				left = append(left, each)
			}
		}
		f.listeners = left
	}
}

// Push adds changes to what is told.
func (f *ChangeFeed) Push(changes ...Change) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.listeners) == 0 || len(changes) == 0 || f.isClosed {
		return
	}
	f.waiting = append(f.waiting, changes...)
	if over := len(f.waiting) - f.first - mostWaiting; over > 0 {
		f.first += over
		f.hasGivenUp = true
	}
	if f.first > mostWaiting {
		f.shorten()
	}
	if !f.isTelling {
		f.isTelling = true
		go f.tellAll()
	}
}

// Close tells nothing any more.
func (f *ChangeFeed) Close() {
	f.mu.Lock()
	f.isClosed, f.waiting, f.first, f.hasGivenUp = true, nil, 0, false
	f.mu.Unlock()
}

func (f *ChangeFeed) tellAll() {
	for {
		change, listeners, isOne := f.take()
		if !isOne {
			return
		}
		for _, each := range listeners {
			if each.slug == "*" || each.slug == change.Slug || change.Kind == Many {
				f.tell(each, change)
			}
		}
	}
}

func (f *ChangeFeed) take() (Change, []*changeListener, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.hasGivenUp {
		f.hasGivenUp = false
		return Change{Slug: "*", Kind: Many}, f.listeners, true
	}
	if f.first == len(f.waiting) {
		f.waiting, f.first, f.isTelling = nil, 0, false
		return Change{}, nil, false
	}
	change := f.waiting[f.first]
	f.first++
	return change, f.listeners, true
}

// shorten lets go of those that are told or given up.
func (f *ChangeFeed) shorten() {
	f.waiting = slices.Clone(f.waiting[f.first:])
	f.first = 0
}

func (f *ChangeFeed) tell(listener *changeListener, change Change) {
	defer func() {
		if failure := recover(); failure != nil {
			f.onPanic(failure)
		}
	}()
	listener.tell(change)
}
