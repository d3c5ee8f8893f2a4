package px0

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// goroutines counts those that this package has begun, or net/http for it.
func goroutines() int {
	stacks := make([]byte, 1<<20)
	count := 0
	for _, stack := range strings.Split(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
		if strings.Contains(stack, "sdk-go.(*background)") || strings.Contains(stack, "sdk-go.(*usage)") || strings.Contains(stack, "http.(*persistConn)") {
			count++
		}
	}
	return count
}

func TestNothingOfAClosedClientGoesOn(t *testing.T) {
	before := goroutines()
	played := newPlayedPx0()
	client := newClient(t, played, WithSnapshotFile(filepath.Join(t.TempDir(), "px0.json")))
	var all sync.WaitGroup
	for range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			for {
				_, err := client.Render(context.Background(), "greeting", Vars{"name": "Ada"})
				if errors.Is(err, ErrUsage) {
					return
				}
				if err != nil {
					t.Errorf("the error is %v", err)
					return
				}
			}
		}()
	}
	eventually(t, "a template", func() bool { return len(client.kept.all()) == 1 })
	for range 3 {
		all.Add(1)
		go func() {
			defer all.Done()
			expect(t, client.Close(), nil)
		}()
	}
	all.Wait()
	expect(t, client.Close(), nil)
	played.set(func() { played.requests = nil })
	eventually(t, "no goroutine is left", func() bool { return goroutines() <= before })
	client.state.mu.Lock()
	expect(t, client.state.timer == nil, true)
	client.state.mu.Unlock()
	expect(t, len(played.made("GET")), 0)
	played.stop()
}

func TestWhatACallLearnsWhileItsClientIsClosedIsWritten(t *testing.T) {
	played := play(t)
	file := filepath.Join(t.TempDir(), "px0.json")
	client := keep(t, newClient(t, played, WithSnapshotFile(file)))
	asked, closed := make(chan bool), make(chan bool)
	played.set(func() {
		played.answer = func(playedRequest) *reply {
			close(asked)
			<-closed
			return refused(404, "prompt not found")
		}
	})
	failed := make(chan error)
	go func() {
		_, err := client.Render(context.Background(), "greeting", Vars{"name": "Ada"})
		failed <- err
	}()
	<-asked
	expect(t, client.Close(), nil)
	expect(t, strings.Contains(readFile(t, file), "greeting"), true)
	close(closed)
	expect(t, errors.Is(<-failed, ErrNotFound), true)
	expect(t, strings.Contains(readFile(t, file), "greeting"), false)
}

func TestClosingEndsWhatWouldNotEndByItself(t *testing.T) {
	b := newBackground()
	began, done := make(chan bool, mostAtOnce), make(chan string, 9)
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		b.start(name, func(ctx context.Context) {
			began <- true
			<-ctx.Done()
			done <- name
		})
	}
	for range mostAtOnce {
		<-began
	}
	b.close(time.Millisecond)
	expect(t, len(done), mostAtOnce)
	b.close(time.Hour)
	b.start("f", func(context.Context) { done <- "f" })
	b.close(time.Hour)
	expect(t, len(done), mostAtOnce)
}

func TestASnapshotIsWrittenWhereTheClientWasMade(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	made, elsewhere := t.TempDir(), t.TempDir()
	t.Cleanup(func() { expect(t, os.Chdir(here), nil) })
	expect(t, os.Chdir(made), nil)
	client := keep(t, newClient(t, play(t), WithSnapshotFile("px0.json")))
	expect(t, os.Chdir(elsewhere), nil)
	client.Close()
	expect(t, strings.Contains(readFile(t, filepath.Join(made, "px0.json")), "greeting"), true)
	left, err := os.ReadDir(elsewhere)
	expect(t, len(left), 0)
	expect(t, err, nil)
}

// openFiles counts the descriptors of this process, or gives 0 where they cannot be seen.
func openFiles() int {
	files, _ := os.ReadDir("/proc/self/fd")
	return len(files)
}

func TestClosedClientsLeaveNothing(t *testing.T) {
	for _, mode := range []Mode{ModeStream, ModePoll} {
		played, reader := counting(t, deliveredPrompt("greeting", "Hi"))
		files := t.TempDir()
		round := func(clients int) {
			var all sync.WaitGroup
			for i := range clients {
				all.Add(1)
				go func() {
					defer all.Done()
					client := holding(t, played, WithMode(mode), WithStateFile(filepath.Join(files, strconv.Itoa(i))))
					if ready, err := client.Ready(context.Background()); !ready || err != nil {
						t.Error(ready, err)
					}
					if _, err := client.Render(context.Background(), "greeting", nil); err != nil {
						t.Error(err)
					}
					expect(t, client.Close(), nil)
				}()
			}
			all.Wait()
			played.CloseClientConnections()
		}
		// What a process keeps once for all clients is there after the first ones.
		round(50)
		var goroutines, open int
		eventually(t, "rest", func() bool {
			before := goroutines
			goroutines, open = runtime.NumGoroutine(), openFiles()
			return goroutines == before
		})
		for range 10 {
			round(50)
		}
		eventually(t, "no goroutine and no file is left", func() bool {
			return runtime.NumGoroutine() <= goroutines && openFiles() <= open
		})
		expect(t, len(reader.bodies), 550)
	}
}
