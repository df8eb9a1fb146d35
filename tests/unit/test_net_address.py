"""Which addresses may be asked at all, told from their text alone."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from posterframe.errors import BadInput
from posterframe.net import Net, is_youtube, read_address
from posterframe.net.address import check_address, shown


@pytest.mark.parametrize(
    ("url", "says"),
    [
        pytest.param("", "No address was given", id="nothing"),
        pytest.param("   ", "No address was given", id="blanks"),
        pytest.param("hello", "does not begin with http", id="a word"),
        pytest.param("example.com", "does not begin with http", id="a domain and nothing of it"),
        pytest.param("film.mp4", "does not begin with http", id="the name of a file"),
        pytest.param("films/holiday.mov", "does not begin with http", id="a path"),
        pytest.param("./films.d/holiday.mov", "does not begin with http", id="a path from here"),
        pytest.param("/srv/films.d/holiday.mov", "does not begin with http", id="a path from the root"),
        pytest.param("~/films.d/holiday.mov", "does not begin with http", id="a path from home"),
        pytest.param("film.mp4/frame", "does not begin with http", id="no such ending of a domain"),
        pytest.param("C:\\films.d/holiday.mov", "a backslash", id="a path of Windows"),
        pytest.param("10.0.0.1/video.mp4", "does not begin with http", id="a number without a scheme"),
        pytest.param("me@example.com/video.mp4", "does not begin with http", id="a user name without a scheme"),
        pytest.param("example.com:secret@10.0.0.1/a.mp4", "does not begin with http", id="a password for a port"),
        pytest.param("example.com:80@10.0.0.1/a.mp4", "does not begin with http", id="a number for a password"),
        pytest.param("anything.localhost/video.mp4", "is a private address", id="private without a scheme"),
        pytest.param("mailto:me@example.com/a", "does not begin with http", id="mailto"),
        pytest.param("\u2060", "No address was given", id="nothing that can be seen"),
        pytest.param("localhost:8000/video.mp4", "does not begin with http", id="a port taken for a scheme"),
        pytest.param("//example.com/video.mp4", "does not begin with http", id="scheme left open"),
        pytest.param("file:///etc/passwd", "begin with file: cannot be read", id="file"),
        pytest.param("FILE:/etc/passwd", "begin with file: cannot be read", id="file in capitals"),
        pytest.param("ftp://example.com/a.mp4", "begin with ftp: cannot be read", id="ftp"),
        pytest.param("data:video/mp4;base64,AAAA", "begin with data: cannot be read", id="data"),
        pytest.param("blob:https://example.com/1234", "begin with blob: cannot be read", id="blob"),
        pytest.param("gopher://example.com/", "does not begin with http", id="gopher"),
        pytest.param("concat:a|b", "does not begin with http", id="a word of FFmpeg's"),
        pytest.param("http:///video.mp4", "not a web address", id="no host"),
        pytest.param("http://", "not a web address", id="only a scheme"),
        pytest.param("https:example.com/a.mp4", "not a web address", id="no slashes"),
        pytest.param("http://exa mple.com/a.mp4", "a space", id="space in the host"),
        pytest.param("http://example.com/a b.mp4", "a space", id="space in the path"),
        pytest.param("http://example.com/a\nb.mp4", "a space", id="line break"),
        pytest.param("http://example.com\\@127.0.0.1/", "a backslash", id="backslash"),
        pytest.param("http://example.com\u00a0/", "a space", id="hard space"),
        pytest.param("http://example.com:99999/", "not a web address", id="port too large"),
        pytest.param("http://example.com:http/", "not a web address", id="port in words"),
        pytest.param("http://exa%0ample.com/", "not a web address", id="escapes in the host"),
        pytest.param("http://①②⑦.⓪.⓪.①/", "not a web address", id="circled digits"),
        pytest.param("http://127。0。0。1/", "not a web address", id="other dots"),
        pytest.param("http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", "not a web address", id="circled letters"),
        pytest.param("http://*.example.com/", "not a web address", id="wildcard"),
        pytest.param("http://a..b/", "not a web address", id="empty label"),
        pytest.param("http://" + "a" * 64 + ".com/", "not a web address", id="label too long"),
        pytest.param("http://[::1/", "not a web address", id="bracket left open"),
        pytest.param("http://[fe80::1%25eth0]/", "not a web address", id="zone"),
        pytest.param("http://me:secret@example.com/a.mp4", "user name or password", id="password"),
        pytest.param("http://me@example.com/a.mp4", "user name or password", id="user name"),
        pytest.param("http://example.com/" + "a" * 9000, "longer than", id="too long"),
    ],
)
def test_what_is_no_address_gets_a_sentence(url: str, says: str) -> None:
    with pytest.raises(BadInput, match=says) as caught:
        Net().check(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "0x7F.1",
        "017700000001",
        "0177.0.0.1",
        "127.1",
        "127.0.0.1.",
        "127.255.255.254",
        "%31%32%37.0.0.1",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "anything.localhost",
        "0.0.0.0",
        "0",
        "10.0.0.1",
        "172.16.5.4",
        "192.168.1.1",
        "100.64.0.1",
        "100.100.100.200",
        "169.254.169.254",
        "0xA9FEA9FE",
        "2852039166",
        "168.63.129.16",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::FFFF:7f00:1]",
        "[::ffff:169.254.169.254]",
        "[::127.0.0.1]",
        "[::ffff:0:127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b:1::1]",
        "[fd00:ec2::254]",
        "[fd20:ce::254]",
        "[fc00::1]",
        "[fe80::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[100::1]",
        "[2001:db8::1]",
        "[2002:7f00:1::1]",
        "[3fff::1]",
        "[5f00::1]",
        "[4000::1]",
    ],
)
def test_a_private_address_is_refused_in_every_spelling_before_any_network(host: str) -> None:
    with pytest.raises(BadInput, match="is a private address"):
        Net().check(f"http://{host}:8080/video.mp4")


@pytest.mark.parametrize(
    ("url", "checked"),
    [
        ("https://example.com/video.mp4", "https://example.com/video.mp4"),
        ("  https://example.com/video.mp4\n", "https://example.com/video.mp4"),
        ("HTTPS://EXAMPLE.com/Video.MP4", "https://example.com/Video.MP4"),
        ("https://example.com", "https://example.com/"),
        ("example.com/video.mp4", "https://example.com/video.mp4"),
        (" www.Example.com/a/video.mp4?x=1\n", "https://www.example.com/a/video.mp4?x=1"),
        ("cdn.films.example.co.uk:8443/v/1", "https://cdn.films.example.co.uk:8443/v/1"),
        ("bücher.example/a.mp4", "https://xn--bcher-kva.example/a.mp4"),
        ("www\u2060.example.com/video.mp4", "https://www.example.com/video.mp4"),
        ("https:\u2060//www\u2060.example.com/a.mp4", "https://www.example.com/a.mp4"),
        ("\u2060 https://example.com/a.mp4 \u2060", "https://example.com/a.mp4"),
        ("https://example.com./a.mp4", "https://example.com/a.mp4"),
        ("https://example.com/a.mp4?sig=a%2Fb&x=1#t=10", "https://example.com/a.mp4?sig=a%2Fb&x=1"),
        ("https://example.com/a|b.mp4", "https://example.com/a%7Cb.mp4"),
        ("http://bücher.example/ä.mp4", "http://xn--bcher-kva.example/%C3%A4.mp4"),
        ("http://8.8.8.8:8080/a.mp4", "http://8.8.8.8:8080/a.mp4"),
        ("http://[2606:4700::1111]/a.mp4", "http://[2606:4700::1111]/a.mp4"),
        ("https://player.vimeo.com/external/1.hd.mp4", "https://player.vimeo.com/external/1.hd.mp4"),
        ("https://www.dropbox.com/s/x/a.mp4?dl=1", "https://www.dropbox.com/s/x/a.mp4?dl=1"),
        ("https://drive.google.com/uc?id=1&export=download", "https://drive.google.com/uc?id=1&export=download"),
        ("https://notyoutube.com/watch?v=1", "https://notyoutube.com/watch?v=1"),
        ("https://youtube.com.example.org/watch?v=1", "https://youtube.com.example.org/watch?v=1"),
    ],
)
def test_a_good_address_is_given_back_as_it_will_be_asked_for(url: str, checked: str) -> None:
    assert Net().check(url) == checked
    assert Net().check(checked) == checked


@pytest.mark.parametrize(
    ("allowed", "url", "passes"),
    [
        ("127.0.0.1", "http://127.0.0.1:8100/a.mp4", True),
        ("127.0.0.1:8100", "http://127.0.0.1:8100/a.mp4", True),
        ("127.0.0.1:8100", "http://127.0.0.1:8101/a.mp4", False),
        ("127.0.0.1:80", "http://127.0.0.1/a.mp4", True),
        ("127.0.0.1:443", "https://127.0.0.1/a.mp4", True),
        ("127.0.0.1:80", "https://127.0.0.1/a.mp4", False),
        ("127.0.0.1", "http://127.0.0.2/a.mp4", False),
        ("127.0.0.1", "http://2130706433/a.mp4", False),
        ("127.0.0.1", "http://[::ffff:127.0.0.1]/a.mp4", False),
        ("localhost", "http://LOCALHOST:8100/a.mp4", True),
        ("localhost", "http://127.0.0.1/a.mp4", False),
        ("localhost", "http://other.localhost/a.mp4", False),
        ("[::1]:8100", "http://[::1]:8100/a.mp4", True),
        ("::1", "http://[::1]/a.mp4", True),
    ],
)
def test_a_private_host_may_be_read_only_as_it_stands_in_the_list(allowed: str, url: str, passes: bool) -> None:
    net = Net(allow_hosts=frozenset({allowed}))
    if passes:
        assert net.check(url)
    else:
        with pytest.raises(BadInput, match="is a private address"):
            net.check(url)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://example.com/live/master.m3u8", "streaming playlist"),
        ("https://example.com/live/MASTER.M3U8?token=1", "streaming playlist"),
        ("https://example.com/manifest.mpd", "streaming playlist"),
        ("https://example.com/a.ism/Manifest", "streaming playlist"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", "YouTube page"),
        ("https://youtu.be/dQw4w9WgXcQ", "YouTube page"),
        ("https://www.youtube.com/@somebody", "YouTube page"),
        ("https://vimeo.com/123456", "Vimeo page"),
        ("https://player.vimeo.com/video/123456", "Vimeo page"),
        ("https://drive.google.com/file/d/abc/view", "Google Drive page"),
        ("https://www.dropbox.com/s/abc/film.mp4?dl=0", "Dropbox page.*dl=1"),
    ],
)
def test_a_page_or_playlist_gets_a_sentence_that_says_what_to_do(url: str, says: str) -> None:
    with pytest.raises(BadInput, match=says) as caught:
        Net().check(url)
    assert "upload the file" in str(caught.value)


@pytest.mark.parametrize(
    ("url", "is_it"),
    [
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", True),
        ("http://youtube.com/watch?t=3&v=dQw4w9WgXcQ", True),
        ("https://m.youtube.com/watch?v=dQw4w9WgXcQ", True),
        ("https://youtu.be/dQw4w9WgXcQ?t=10", True),
        ("https://www.youtube.com/shorts/dQw4w9WgXcQ", True),
        ("https://www.youtube.com/live/dQw4w9WgXcQ", True),
        ("https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ", True),
        ("https://www.youtube.com/", False),
        ("https://www.youtube.com/@somebody", False),
        ("https://www.youtube.com/watch?list=1", False),
        ("https://youtube.com.example.org/watch?v=1", False),
        ("https://example.com/?u=https://youtu.be/1", False),
        ("ftp://youtu.be/1", False),
        (read_address("youtu.be/dQw4w9WgXcQ"), True),
        (read_address("www.youtube.com/watch?v=dQw4w9WgXcQ"), True),
        ("youtu.be/1", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_a_youtube_video_is_known_by_its_address(url: str, is_it: bool) -> None:
    assert is_youtube(url) is is_it


@given(st.text() | st.from_regex(r"https?://[^/]{0,20}(:[0-9]{1,6})?/.{0,20}", fullmatch=True))
@example("http://[::1%]/")
@example("http://\ud800/")
@example("http://１２７.1:80/")
def test_any_text_is_either_an_address_that_stays_the_same_or_bad_input(text: str) -> None:
    try:
        checked = check_address(text)
    except BadInput:
        return
    assert check_address(checked) == checked
    assert checked.startswith(("http://", "https://"))


def test_a_sentence_shows_neither_query_nor_more_of_a_path_than_fits() -> None:
    assert shown("https://example.com/a.mp4?X-Signature=secret") == "example.com/a.mp4"
    long = shown("https://example.com/" + "a" * 500 + "/film.mp4?sig=secret")
    assert len(long) <= 81
    assert long.startswith("example.com/")
    assert long.endswith("/film.mp4")
