package px0

import (
	"context"
	"sync"
	"time"
)

// Of a client's background work at once.
const mostAtOnce = 4

// background is work that nobody waits for. What is already under way, or waits for its turn, is not begun again.
type background struct {
	// Ends what is under way, and what has not begun.
	ctx      context.Context
	end      context.CancelFunc
	mu       sync.Mutex
	names    map[string]bool
	isClosed bool
	running  sync.WaitGroup
	slots    chan struct{}
}

func newBackground() *background {
	ctx, end := context.WithCancel(context.Background())
	return &background{ctx: ctx, end: end, names: map[string]bool{}, slots: make(chan struct{}, mostAtOnce)}
}

// start says nothing when the name is taken or the client closed; the work is then not done.
func (b *background) start(name string, work func(context.Context)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.isClosed || b.names[name] {
		return
	}
	b.names[name] = true
	b.running.Add(1)
	go func() {
		defer b.running.Done()
		b.slots <- struct{}{}
		defer func() { <-b.slots }()
		defer b.forget(name)
		if b.ctx.Err() == nil {
			work(b.ctx)
		}
	}()
}

func (b *background) forget(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.names, name)
}

// close lets nothing new begin, and waits for the rest; what has not ended after the patience is ended.
func (b *background) close(patience time.Duration) {
	b.mu.Lock()
	b.isClosed = true
	b.mu.Unlock()
	timer := time.AfterFunc(patience, b.end)
	defer timer.Stop()
	b.running.Wait()
	b.end()
}
