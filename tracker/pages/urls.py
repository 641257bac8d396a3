"""Addresses of the public pages. Names are stable: ``core.public`` writes them into the record's JSON."""

from __future__ import annotations

from django.urls import path

from tracker.pages import feeds, telling, views

app_name = "pages"

urlpatterns = [
    path("", views.timeline, name="timeline"),
    path("events/", views.events, name="events"),
    path("events/<slug:slug>/", views.event, name="event"),
    path("events/<slug:slug>/silence/", views.silence, name="silence"),
    path("events/<slug:slug>/silence.csv", views.silence_csv, name="silence-csv"),
    path("companies/", views.companies, name="companies"),
    path("companies/<slug:slug>/", views.company, name="company"),
    path("people/", views.people, name="people"),
    path("people/<slug:slug>/", views.person, name="person"),
    path("sectors/", views.sectors, name="sectors"),
    path("sectors/<slug:key>/", views.sector, name="sector"),
    path("outlets/<slug:slug>/", views.outlet, name="outlet"),
    path("statements/<str:public_id>/", views.statement, name="statement"),
    path("inquiries/<str:public_id>/", views.inquiry, name="inquiry"),
    path("reports/<str:public_id>/", views.report, name="report"),
    path("corrections/", views.corrections, name="corrections"),
    path("methodology/", views.methodology, name="methodology"),
    path("about/", views.about, name="about"),
    path("search/", views.search, name="search"),
    path("tell/thanks/", telling.told, name="told"),
    path("tell/<slug:entity>/<str:name>/", telling.tell, name="tell"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("sitemaps/<slug:kind>-<int:number>.xml", views.sitemap_part, name="sitemap-part"),
]
for _form in ("atom", "json"):
    urlpatterns += [
        path(f"feed.{_form}", feeds.timeline, {"form": _form}, name=f"feed-{_form}"),
        path(f"events/<slug:slug>/feed.{_form}", feeds.event, {"form": _form}, name=f"event-feed-{_form}"),
        path(f"companies/<slug:slug>/feed.{_form}", feeds.company, {"form": _form}, name=f"company-feed-{_form}"),
        path(f"people/<slug:slug>/feed.{_form}", feeds.person, {"form": _form}, name=f"person-feed-{_form}"),
        path(f"corrections/feed.{_form}", feeds.corrections, {"form": _form}, name=f"corrections-feed-{_form}"),
    ]
