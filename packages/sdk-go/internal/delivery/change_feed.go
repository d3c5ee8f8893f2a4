package delivery

import "sync"

const mostWaiting = 1_000

// ChangeFeed tells an application of changes: in order, one at a time, never while a frame is applied or a prompt is looked up.
type ChangeFeed struct {
	// Gets what a listener panicked with.
	onPanic func(any)

	mu        sync.Mutex
	listeners []*changeListener
	waiting   []Change
	isMany    bool
	isTelling bool
	telling   sync.WaitGroup
	isClosed  bool
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
	if len(f.waiting) > mostWaiting {
		// Half at a time, because each copy costs as much as many changes.
		f.waiting = append([]Change{}, f.waiting[len(f.waiting)-mostWaiting/2:]...)
		f.isMany = true
	}
	if !f.isTelling {
		f.isTelling = true
		f.telling.Add(1)
		go f.tellAll()
	}
}

// Close tells nothing any more, and waits for the listener that is running.
func (f *ChangeFeed) Close() {
	f.mu.Lock()
	f.isClosed, f.waiting = true, nil
	f.mu.Unlock()
}

func (f *ChangeFeed) tellAll() {
	defer f.telling.Done()
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
	if f.isMany {
		f.isMany = false
		return Change{Slug: "*", Kind: Many}, f.listeners, true
	}
	if len(f.waiting) == 0 {
		f.isTelling = false
		return Change{}, nil, false
	}
	change := f.waiting[0]
	f.waiting = f.waiting[1:]
	return change, f.listeners, true
}

func (f *ChangeFeed) tell(listener *changeListener, change Change) {
	defer func() {
		if failure := recover(); failure != nil {
			f.onPanic(failure)
		}
	}()
	listener.tell(change)
}
