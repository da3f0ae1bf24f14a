// Checks a published log, or one proof, with golang.org/x/mod/sumdb alone: its reader of signed
// notes, of tiles, and its proofs. Everything here is plumbing between files and that package.
//
//	tlogcheck log FOLDER VKEY [OLDER]       the whole log; OLDER is a checkpoint kept from before
//	tlogcheck proof VKEY PROOF ENTRY        one entry and its tlog-proof
//	tlogcheck checkpoint VKEY CHECKPOINT    the signed note alone
//
// VKEY is a file with a verifier key. The exit code is 0 where all holds, 1 where something does
// not, 2 where it was called in another way.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	height     = 8
	proofMagic = "c2sp.org/tlog-proof@v1\n"
	// The first line that this package expects, where a log elsewhere has its origin.
	sumdbOrigin = "go.sum database tree"
)

func main() {
	err := run(os.Args[1:])
	if errors.Is(err, errUsage) {
		fmt.Fprintln(os.Stderr, "usage: tlogcheck log FOLDER VKEY [OLDER] | proof VKEY PROOF ENTRY |"+
			" checkpoint VKEY CHECKPOINT")
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("usage")

func run(args []string) error {
	switch {
	case len(args) == 3 && args[0] == "log":
		return checkLog(args[1], args[2], "")
	case len(args) == 4 && args[0] == "log":
		return checkLog(args[1], args[2], args[3])
	case len(args) == 4 && args[0] == "proof":
		return checkProof(args[1], args[2], args[3])
	case len(args) == 3 && args[0] == "checkpoint":
		raw, err := os.ReadFile(args[2])
		if err == nil {
			_, err = openCheckpoint(raw, args[1])
		}
		return err
	}
	return errUsage
}

// openCheckpoint verifies the note under the key and returns the tree that it signs.
func openCheckpoint(raw []byte, vkeyFile string) (tlog.Tree, error) {
	vkey, err := os.ReadFile(vkeyFile)
	if err != nil {
		return tlog.Tree{}, err
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(raw, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	origin, rest, _ := strings.Cut(opened.Text, "\n")
	if origin != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("checkpoint of %q, not of %q", origin, verifier.Name())
	}
	return tlog.ParseTree([]byte(sumdbOrigin + "\n" + rest))
}

// folder reads tiles of a log in a folder; C2SP leaves the height out of the path.
type folder struct{ path string }

func (f folder) Height() int { return height }

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		raw, err := os.ReadFile(filepath.Join(f.path, filepath.FromSlash(path)))
		if err != nil {
			return nil, err
		}
		out = append(out, raw)
	}
	return out, nil
}

// entries reads the entries of a log in a folder, bundle by bundle.
func (f folder) entries(size int64) ([][]byte, error) {
	var out [][]byte
	for first := int64(0); first < size; first += 1 << height {
		width := min(1<<height, size-first)
		tile := tlog.Tile{H: height, L: -1, N: first >> height, W: int(width)}
		path := strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
		raw, err := os.ReadFile(filepath.Join(f.path, filepath.FromSlash(path)))
		if err != nil {
			return nil, err
		}
		found, err := split(raw)
		if err != nil || int64(len(found)) != width {
			return nil, fmt.Errorf("%s: not %d entries", path, width)
		}
		out = append(out, found...)
	}
	return out, nil
}

func split(raw []byte) ([][]byte, error) {
	var out [][]byte
	for len(raw) > 0 {
		if len(raw) < 2 || len(raw)-2 < int(binary.BigEndian.Uint16(raw)) {
			return nil, errors.New("an entry that is cut off")
		}
		length := int(binary.BigEndian.Uint16(raw))
		out, raw = append(out, raw[2:2+length]), raw[2+length:]
	}
	return out, nil
}

func checkLog(path, vkeyFile, olderFile string) error {
	raw, err := os.ReadFile(filepath.Join(path, "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(raw, vkeyFile)
	if err != nil {
		return err
	}
	log := folder{path}
	// The reader checks every tile against the root that the checkpoint signs.
	hashes := tlog.TileHashReader(tree, log)
	root, err := tlog.TreeHash(tree.N, hashes)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return fmt.Errorf("tiles lead to the root %v, not %v", root, tree.Hash)
	}
	if err := checkEntries(log, tree, hashes); err != nil {
		return err
	}
	if olderFile != "" {
		if err := checkOlder(olderFile, vkeyFile, tree, hashes); err != nil {
			return err
		}
	}
	fmt.Printf("log of %d entries holds under root %v\n", tree.N, tree.Hash)
	return nil
}

func checkEntries(log folder, tree tlog.Tree, hashes tlog.HashReader) error {
	entries, err := log.entries(tree.N)
	if err != nil {
		return err
	}
	for index, entry := range entries {
		proof, err := tlog.ProveRecord(tree.N, int64(index), hashes)
		if err != nil {
			return err
		}
		leaf := tlog.RecordHash(entry)
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, int64(index), leaf); err != nil {
			return fmt.Errorf("entry %d: %w", index, err)
		}
	}
	return nil
}

func checkOlder(olderFile, vkeyFile string, tree tlog.Tree, hashes tlog.HashReader) error {
	raw, err := os.ReadFile(olderFile)
	if err != nil {
		return err
	}
	older, err := openCheckpoint(raw, vkeyFile)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveTree(tree.N, older.N, hashes)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(proof, tree.N, tree.Hash, older.N, older.Hash); err != nil {
		return fmt.Errorf("checkpoint over %d: %w", older.N, err)
	}
	fmt.Printf("the checkpoint over %d is a prefix of this log\n", older.N)
	return nil
}

func checkProof(vkeyFile, proofFile, entryFile string) error {
	raw, err := os.ReadFile(proofFile)
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(entryFile)
	if err != nil {
		return err
	}
	index, proof, checkpoint, err := parseProof(raw)
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(checkpoint, vkeyFile)
	if err != nil {
		return err
	}
	leaf := tlog.RecordHash(entry)
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf); err != nil {
		return err
	}
	fmt.Printf("entry %d of %d holds under root %v\n", index, tree.N, tree.Hash)
	return nil
}

func parseProof(raw []byte) (int64, tlog.RecordProof, []byte, error) {
	bad := errors.New("not a tlog-proof file")
	head, checkpoint, found := bytes.Cut(raw, []byte("\n\n"))
	text, magic := strings.CutPrefix(string(head), proofMagic)
	if !found || !magic {
		return 0, nil, nil, bad
	}
	lines := strings.Split(text, "\n")
	if strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	number, isIndex := strings.CutPrefix(lines[0], "index ")
	index, err := strconv.ParseInt(number, 10, 64)
	if !isIndex || err != nil || strconv.FormatInt(index, 10) != number {
		return 0, nil, nil, bad
	}
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		hash, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(hash) != tlog.HashSize {
			return 0, nil, nil, bad
		}
		proof = append(proof, tlog.Hash(hash))
	}
	return index, proof, checkpoint, nil
}
